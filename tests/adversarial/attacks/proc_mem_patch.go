// Attack: patches the code of testing through /proc/self/mem
// Guard: import
// Bare: fail
// Rlimits: forged
// Why: on the lowest rung /proc is there; it is for self-checks, and grading refuses it

package gate

import (
	"os"
	"runtime"
)

// code returns where the code of testing's Fail is.
func code() uintptr {
	here, _, _, _ := runtime.Caller(0)
	for at := here - 1<<22; at < here+1<<22; at += 16 {
		if f := runtime.FuncForPC(at); f != nil && f.Name() == "testing.(*common).Fail" {
			return f.Entry()
		}
	}
	return 0
}

func Fee(int) int {
	memory, err := os.OpenFile("/proc/self/mem", os.O_RDWR, 0)
	if err == nil {
		memory.WriteAt([]byte{0xc3}, int64(code())) // RET
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
