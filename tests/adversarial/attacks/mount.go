// Attack: mounts a file system, on a folder of its own; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail

package gate

import (
	"os"
	"syscall"
)

func reached() bool {
	folder, err := os.MkdirTemp("", "goprod-attack-")
	if err != nil {
		return false
	}
	defer os.Remove(folder)
	if syscall.Mount("none", folder, "tmpfs", 0, "size=4k") != nil {
		return false
	}
	syscall.Unmount(folder, 0)
	return true
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
