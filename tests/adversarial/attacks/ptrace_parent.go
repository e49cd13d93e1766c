// Attack: attaches to the grader as a debugger, without stopping it; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail

package gate

import "syscall"

func reached() bool {
	const seize = 0x4206
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PTRACE, seize, uintptr(syscall.Getppid()), 0, 0, 0, 0)
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
