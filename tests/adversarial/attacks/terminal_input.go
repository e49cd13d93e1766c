// Attack: types into the grader's terminal; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail

package gate

import (
	"syscall"
	"unsafe"
)

func reached() bool {
	key := [1]byte{' '}
	for fd := range 3 {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TIOCSTI, uintptr(unsafe.Pointer(&key))); errno == 0 {
			return true
		}
	}
	_, err := syscall.Open("/dev/tty", syscall.O_RDWR, 0)
	return err == nil
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
