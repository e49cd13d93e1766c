// Attack: takes the testing package's time-out away, and hangs
// Guard: import
// Bare: timeout

package gate

import "os"

var _ = ask("-test.timeout=0")

func ask(flag string) int {
	os.Args = append(os.Args, flag)
	return 0
}

func Fee(int) int { select {} }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
