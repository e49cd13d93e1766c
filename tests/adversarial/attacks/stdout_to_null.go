// Attack: sends the complaints of the test away
// Guard: import
// Bare: fail

package gate

import "os"

func Fee(age int) int {
	os.Stdout, _ = os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
