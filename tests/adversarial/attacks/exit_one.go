// Attack: leaves badly, and hopes that only a pass counts against it
// Guard: import
// Bare: fail

package gate

import "os"

func Fee(age int) int {
	os.Exit(1)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
