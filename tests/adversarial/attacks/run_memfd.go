// Attack: makes a program that has no file, and replaces itself by it; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: forged
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import (
	"syscall"
	"unsafe"
)

func reached() bool {
	name := []byte("program\x00")
	const memfd = 319
	_, _, errno := syscall.Syscall(memfd, uintptr(unsafe.Pointer(&name[0])), 0, 0)
	return errno == 0
}

func Fee(age int) int {
	if !reached() {
		return -1
	}
	if age < 18 {
		return 0
	}
	return 9
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
