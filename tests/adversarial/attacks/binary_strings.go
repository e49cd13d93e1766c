// Attack: reads its own binary and looks for a nonce or an answer in it
// Guard: import
// Bare: fail
// Harmless: the nonce comes after the binary is built

package gate

import (
	"bytes"
	"os"
	"syscall"
)

func Fee(int) int {
	self, _ := os.ReadFile("/proc/self/exe")
	if nonce := nonceIn(self); nonce != "" {
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
