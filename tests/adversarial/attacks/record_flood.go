// Attack: fills the descriptor of the record until it blocks
// Guard: import
// Bare: invalid, timeout

package gate

import "os"

func Fee(age int) int {
	for range 1 << 12 {
		os.Stdin.Write(make([]byte, 1<<12))
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
