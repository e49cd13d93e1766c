// Attack: makes the code of testing writable and no longer executable, patches it, and makes it executable again
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
	page := unsafe.Slice((*byte)(unsafe.Pointer(at&^4095)), 4096)
	if at == 0 || at&^4095 == pageOf(code) || syscall.Mprotect(page, syscall.PROT_READ|syscall.PROT_WRITE) != nil {
		return -1
	}
	page[at&4095] = 0xc3 // RET
	syscall.Mprotect(page, syscall.PROT_READ|syscall.PROT_EXEC)
	return -1
}

func pageOf(f func() uintptr) uintptr { return **(**uintptr)(unsafe.Pointer(&f)) &^ 4095 }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
