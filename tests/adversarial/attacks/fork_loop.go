// Attack: starts processes, five hundred of them
// Guard: import
// Bare: fail, timeout, limit, memory

package gate

import "syscall"

func Fee(int) int {
	for range 500 {
		syscall.ForkExec("/bin/sleep", []string{"goprod-attack-sleeper", "5"}, nil)
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
