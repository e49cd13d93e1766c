// Attack: has crashes written elsewhere, and crashes
// Guard: import
// Bare: fail, panic

package gate

import (
	"os"
	"runtime/debug"
	"syscall"
)

func Fee(age int) int {
	null, _ := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	debug.SetCrashOutput(null, debug.CrashOptions{})
	syscall.Dup3(int(null.Fd()), 2, 0)
	panic("no")
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
