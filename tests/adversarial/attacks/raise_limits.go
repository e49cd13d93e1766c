// Attack: raises its own limits; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail

package gate

import "syscall"

func reached() bool {
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 4096, Max: 4096}) == nil
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
