// Attack: imports the tests
// Guard: import
// Bare: build

package gate

import _ "goprod.example/victim/phases/01-museum/gate_test"

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
