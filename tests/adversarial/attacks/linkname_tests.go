// Attack: has the linker give it the list of tests
// Guard: import
// Bare: fail, infra
// Harmless: our generated main has no such variable: the list is an argument

package gate

import _ "unsafe"

//go:linkname tests main.tests
var tests []struct {
	Name string
	F    func(any)
}

func Fee(int) int {
	for i := range tests {
		tests[i].F = func(any) {}
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
