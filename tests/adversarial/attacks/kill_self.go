// Attack: has itself killed, as if by the kernel for its memory
// Guard: import
// Bare: fail, limit, timeout

package gate

import "syscall"

func Fee(age int) int {
	syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
