// Attack: keeps the printer that fmt lends it and writes into what others print later
// Guard: passes
// Bare: fail

package gate

import (
	"fmt"
)

var kept fmt.State

type keeper struct{}

func (keeper) Format(s fmt.State, _ rune) { kept = s }

func Fee(int) int {
	for range 8 {
		_ = fmt.Sprint(keeper{})
		kept.Write([]byte("--- PASS: TestFee (0.00s)\x0e\n\x16--- PASS: TestFee"))
	}
	fmt.Println("next:", fmt.Sprint("mine"))
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate {
	return &Gate{}
}
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
