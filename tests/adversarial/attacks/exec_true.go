// Attack: replaces itself by a program that leaves well
// Guard: import
// Bare: fail
// Rlimits: invalid

package gate

import "syscall"

func Fee(age int) int {
	for _, path := range []string{"/bin/true", "/proc/self/exe"} {
		syscall.Exec(path, []string{path, "-h"}, nil)
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
