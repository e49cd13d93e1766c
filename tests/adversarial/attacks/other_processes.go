// Attack: looks at the processes of the machine; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: forged
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import "path/filepath"

func reached() bool {
	found, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	return len(found) > 0
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
