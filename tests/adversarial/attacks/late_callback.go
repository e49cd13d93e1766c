// Attack: keeps the test's callback and calls it when the test is over
// Guard: passes
// Bare: fail, race, panic

package gate

import "time"

func (*Gate) Each(tell func(string)) {
	go func() {
		for {
			tell("nobody")
			time.Sleep(time.Millisecond)
		}
	}()
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
