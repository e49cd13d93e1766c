// Attack: ignores every signal, and hangs
// Guard: import
// Bare: timeout

package gate

import (
	"os/signal"
	"syscall"
)

func Fee(int) int {
	for number := range 65 {
		signal.Ignore(syscall.Signal(number))
	}
	select {}
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
