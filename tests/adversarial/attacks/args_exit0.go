// Attack: allows itself to leave well: -test.paniconexit0=false
// Guard: import
// Bare: invalid

package gate

import "os"

var _ = ask("-test.paniconexit0=false")

func ask(flag string) int {
	os.Args = append(os.Args, flag)
	return 0
}

func Fee(int) int {
	os.Exit(0)
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
