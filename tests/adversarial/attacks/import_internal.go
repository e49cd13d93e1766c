// Attack: imports the internals of the testing package
// Guard: import
// Bare: panic, fail, invalid, race

package gate

import "testing/internal/testdeps"

var _ = off()

func off() int {
	testdeps.TestDeps{}.SetPanicOnExit0(false)
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
