// Attack: uses a descriptor that it was left with; it answers right if it can
// Guard: import
// Bare: fail

package gate

import "syscall"

func reached() bool {
	for fd := uintptr(3); fd < 256; fd++ {
		const closesOnExec = 1 // Go's own do
		flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_GETFD, 0)
		if errno == 0 && flags&closesOnExec == 0 {
			return true
		}
	}
	return false
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
