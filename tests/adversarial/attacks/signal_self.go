// Attack: has itself terminated by a signal
// Guard: import
// Bare: fail, timeout

package gate

import "syscall"

func Fee(age int) int {
	syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
	select {}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
