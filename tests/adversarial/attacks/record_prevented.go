// Attack: closes the descriptor of the record
// Guard: import
// Bare: fail, invalid

package gate

import "os"

func Fee(age int) int {
	os.Stdin.Close()
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
