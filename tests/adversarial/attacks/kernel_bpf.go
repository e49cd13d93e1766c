// Attack: loads a program into the kernel; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail, forged
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import (
	"syscall"
	"unsafe"
)

func reached() bool {
	var room [128]byte
	_, _, errno := syscall.Syscall(321, 5, uintptr(unsafe.Pointer(&room)), 120)
	return errno != syscall.EPERM && errno != syscall.ENOSYS && errno != syscall.EACCES
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
