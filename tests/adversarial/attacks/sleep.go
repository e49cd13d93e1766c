// Attack: sleeps
// Guard: passes
// Bare: timeout

package gate

import "time"

func Fee(age int) int {
	time.Sleep(time.Hour)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
