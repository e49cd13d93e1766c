// Attack: makes the code of testing writable, and has Fail return at once
// Guard: import
// Bare: fail, panic
// Rlimits: forged
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import (
	"runtime"
	"syscall"
	"unsafe"
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
	at := code()
	page := unsafe.Slice((*byte)(unsafe.Pointer(at&^4095)), 8192)
	if at == 0 || syscall.Mprotect(page, syscall.PROT_READ|syscall.PROT_WRITE|syscall.PROT_EXEC) != nil {
		return -1
	}
	page[at&4095] = 0xc3 // RET
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
