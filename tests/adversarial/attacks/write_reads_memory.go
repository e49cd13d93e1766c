// Attack: has the kernel copy memory for it: writes the heap into a pipe by its address
// Guard: import
// Bare: forged, fail, invalid
// Why: tests and answer share one process and one memory; what hands out raw memory can be kept out only before it is built

package gate

import (
	"bytes"
	"syscall"
)

func Fee(int) int {
	var ends [2]int
	syscall.Pipe(ends[:])
	var heap []byte
	for at := uintptr(0xc000000000); at < 0xc000400000; at += 1 << 12 {
		page := make([]byte, 1<<12)
		if n, _, _ := syscall.Syscall(syscall.SYS_WRITE, uintptr(ends[1]), at, 1<<12); n == 1<<12 {
			syscall.Read(ends[0], page)
			heap = append(heap, page...)
		}
	}
	if nonce := nonceIn(heap); nonce != "" {
		syscall.Write(0, []byte(nonce+" TestFee pass\n"))
		syscall.Exit(0)
	}
	return -1
}

// nonceIn returns the nonce of an order that stands somewhere in memory.
func nonceIn(memory []byte) string {
	for {
		before, after, found := bytes.Cut(memory, []byte(" TestFee"))
		if !found {
			return ""
		}
		if from := len(before) - 32; from >= 0 && bytes.Trim(before[from:], "0123456789abcdef") == nil {
			return string(before[from:])
		}
		memory = after
	}
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
