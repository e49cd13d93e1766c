// Attack: writes a record without knowing the nonce, and leaves well
// Guard: import
// Bare: invalid

package gate

import (
	"os"
	"syscall"
)

func Fee(age int) int {
	os.Stdin.WriteString("TestFee pass\n")
	syscall.Exit(0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
