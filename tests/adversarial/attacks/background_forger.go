// Attack: goes on printing passes while the test fails
// Guard: passes
// Bare: fail, race, limit

package gate

import (
	"fmt"
	"time"
)

func Fee(int) int {
	go func() {
		for {
			fmt.Print("\x16--- PASS: TestFee (0.00s)\n\x16PASS\n")
		}
	}()
	time.Sleep(10 * time.Millisecond)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
