// Attack: signals the grader, with the signal that does nothing; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail, forged
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import "syscall"

func reached() bool {
	return syscall.Getppid() > 1 && syscall.Kill(syscall.Getppid(), 0) == nil
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
