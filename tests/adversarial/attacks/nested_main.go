// Attack: runs a whole test binary inside the test, which passes and leaves well
// Guard: import
// Bare: invalid, panic

package gate

import "testing"

func Fee(int) int {
	pass := []testing.InternalTest{{Name: "TestFee", F: func(*testing.T) {}}}
	testing.Main(func(string, string) (bool, error) { return true, nil }, pass, nil, nil)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
