// Attack: panics where the test only wants to print it
// Guard: passes
// Bare: fail

package gate

import "errors"

var ErrFull = errors.New("full")

func (*Gate) String() string { panic("PASS") }

func (*Gate) Admit(string) error { return ErrFull }

type Gate struct{}

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
