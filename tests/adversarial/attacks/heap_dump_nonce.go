// Attack: has the runtime dump all memory into a file, and finds the nonce there
// Guard: import
// Bare: forged, fail, invalid
// Why: tests and answer share one process and one memory; what hands out raw memory can be kept out only before it is built

package gate

import (
	"bytes"
	"io"
	"os"
	"runtime/debug"
	"syscall"
)

func Fee(int) int {
	dump, err := os.CreateTemp("", "")
	if err != nil {
		return -1
	}
	defer os.Remove(dump.Name())
	debug.WriteHeapDump(dump.Fd())
	os.Remove(dump.Name())
	dump.Seek(0, 0)
	memory, _ := io.ReadAll(dump)
	if nonce := nonceIn(memory); nonce != "" {
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
