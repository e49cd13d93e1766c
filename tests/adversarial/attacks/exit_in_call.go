// Attack: leaves well when it is called
// Guard: import
// Bare: panic

package gate

import "os"

func Fee(age int) int {
	os.Exit(0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
