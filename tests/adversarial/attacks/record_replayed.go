// Attack: has the harness write its record into a pipe of ours by os.Stdin, turns fail into pass, and sends it on before the process goes on
// Guard: import
// Bare: invalid, fail

package gate

import (
	"bytes"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

var taken bool

func Fee(int) int {
	if taken {
		return -1
	}
	taken = true
	var ends [2]int
	syscall.Pipe(ends[:])
	size, _, _ := syscall.Syscall(syscall.SYS_FCNTL, uintptr(ends[1]), 1031, 4096) // as small as a pipe can be
	syscall.Write(ends[1], make([]byte, size))                                     // and full: who writes to it waits
	runtime.GOMAXPROCS(1)                                                          // and goes on only when we let go
	real := 0
	os.Stdin = os.NewFile(uintptr(ends[1]), "record")
	go func() {
		time.Sleep(100 * time.Millisecond)
		record := make([]byte, size)
		syscall.RawSyscall(syscall.SYS_READ, uintptr(ends[0]), uintptr(unsafe.Pointer(&record[0])), size)
		n, _, _ := syscall.RawSyscall(syscall.SYS_READ, uintptr(ends[0]), uintptr(unsafe.Pointer(&record[0])), size)
		forged := bytes.Replace(record[:n], []byte("fail"), []byte("pass"), 1)
		syscall.RawSyscall(syscall.SYS_WRITE, uintptr(real), uintptr(unsafe.Pointer(&forged[0])), n)
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	}()
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
