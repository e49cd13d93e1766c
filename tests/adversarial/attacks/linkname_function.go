// Attack: declares a function whose body is the testing package's
// Guard: import
// Bare: build, infra

package gate

import _ "unsafe"

//go:linkname tRunner testing.tRunner
func tRunner(t, f uintptr)

func Fee(int) int {
	tRunner(0, 0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
