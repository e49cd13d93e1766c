// Attack: maps a page of its own over the code of testing
// Guard: import
// Bare: forged
// Why: tests and answer share one process and one memory; what hands out raw memory can be kept out only before it is built

package gate

import (
	"os"
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
	if at == 0 {
		return -1
	}
	page := at &^ 4095
	patched := append([]byte(nil), unsafe.Slice((*byte)(unsafe.Pointer(page)), 4096)...)
	patched[at&4095] = 0xc3 // RET
	file, err := os.CreateTemp("", "")
	if err != nil {
		return -1
	}
	defer os.Remove(file.Name())
	file.Write(patched)
	syscall.Syscall6(syscall.SYS_MMAP, page, 4096, syscall.PROT_READ|syscall.PROT_EXEC, syscall.MAP_PRIVATE|syscall.MAP_FIXED, file.Fd(), 0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
