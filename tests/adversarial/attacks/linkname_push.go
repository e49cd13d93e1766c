// Attack: gives the linker a body for one of the harness's functions
// Guard: import
// Bare: infra, build
// Harmless: two bodies of one name do not link

package gate

import _ "unsafe"

//go:linkname run goprod.example/grader/harness.Run
func run(m uintptr) {}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
