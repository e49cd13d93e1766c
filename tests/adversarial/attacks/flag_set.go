// Attack: sets the testing package's flags itself
// Guard: import
// Bare: invalid, fail, panic

package gate

import "flag"

var _ = flag.Set("test.run", "^$")

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
