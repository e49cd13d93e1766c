// Attack: prints the lines of a passed test with the byte that marks genuine ones
// Guard: passes
// Bare: fail

package gate

import "fmt"

func Fee(age int) int {
	fmt.Println("\x16--- PASS: TestFee (0.00s)\n\x16PASS")
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
