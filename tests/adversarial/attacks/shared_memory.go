// Attack: leaves a segment of shared memory behind; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail, forged
// Leaves: rlimits
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import "syscall"

func reached() bool {
	id, _, errno := syscall.Syscall(syscall.SYS_SHMGET, 0x600d, 4096, 0o1600)
	return errno == 0 && id >= 0
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
