// Attack: ends the test's goroutine before it can complain
// Guard: selector
// Bare: panic

package gate

import "runtime"

func Fee(age int) int {
	runtime.Goexit()
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
