// Attack: plays the race detector: its words and its exit code
// Guard: import
// Bare: race, fail

package gate

import (
	"fmt"
	"os"
)

func Fee(age int) int {
	fmt.Fprintln(os.Stderr, "WARNING: DATA RACE")
	os.Exit(97)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
