// Attack: asks whether it is being tested
// Guard: import
// Bare: fail
// Harmless: it always is

package gate

import "testing"

func Fee(age int) int {
	if testing.Testing() {
		return -2
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
