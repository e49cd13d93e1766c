// Attack: is larger than any output when the test prints it
// Guard: passes
// Bare: limit, memory, timeout

package gate

import "strings"

type full struct{}

func (full) Error() string { return strings.Repeat("PASS ", 1<<22) }

func (*Gate) Admit(string) error { return full{} }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
