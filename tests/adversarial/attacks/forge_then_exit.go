// Attack: prints a pass and leaves well
// Guard: import
// Bare: panic

package gate

import (
	"fmt"
	"os"
)

func Fee(age int) int {
	fmt.Println("\x16--- PASS: TestFee (0.00s)\n\x16PASS")
	os.Exit(0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
