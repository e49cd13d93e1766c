// Attack: leaves well by a raw system call
// Guard: import
// Bare: invalid

package gate

import "syscall"

func Fee(age int) int {
	syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
