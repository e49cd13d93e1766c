// Attack: has the linker give it a variable of the testing package
// Guard: import
// Bare: infra, fail, build
// Harmless: the linker refuses names of the standard library that it does not offer

package gate

import _ "unsafe"

//go:linkname haveExamples testing.haveExamples
var haveExamples bool

func Fee(int) int {
	haveExamples = true
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
