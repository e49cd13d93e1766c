// Attack: leaves well from a goroutine of its own
// Guard: import
// Bare: panic

package gate

import "os"

func Fee(age int) int {
	go os.Exit(0)
	select {}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
