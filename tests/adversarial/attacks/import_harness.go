// Attack: imports the harness
// Guard: import
// Bare: fail
// Harmless: its exported functions are for the generated main

package gate

import _ "goprod.example/grader/harness"

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
