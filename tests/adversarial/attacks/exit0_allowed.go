// Attack: allows itself to leave well, by the internals of the testing package
// Guard: import
// Bare: invalid

package gate

import (
	"os"
	"testing/internal/testdeps"
)

func Fee(age int) int {
	testdeps.TestDeps{}.SetPanicOnExit0(false)
	os.Exit(0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
