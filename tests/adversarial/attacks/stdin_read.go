// Attack: looks for the nonce where it came from
// Guard: import
// Bare: fail

package gate

import (
	"io"
	"os"
	"syscall"
)

var order, _ = io.ReadAll(os.Stdin)

func Fee(age int) int {
	if len(order) == 0 {
		return -1
	}
	os.Stdin.WriteString(string(order[:32]) + " TestFee pass\n")
	syscall.Exit(0)
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
