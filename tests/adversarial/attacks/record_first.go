// Attack: writes a guess and lets the test's own record follow
// Guard: import
// Bare: invalid

package gate

import (
	"os"
	"strings"
)

func Fee(age int) int {
	os.Stdin.WriteString(strings.Repeat("0", 32) + " TestFee pass\n")
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
