// Attack: prints what a terminal obeys: clear the screen, green, PASS
// Guard: passes
// Bare: fail

package gate

import "fmt"

func Fee(age int) int {
	fmt.Print("\x1b[2J\x1b]0;PASS\x07\x1b[32mPASS\x1b[0m\r\n")
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
