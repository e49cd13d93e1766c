// Attack: has every test skipped: -test.skip
// Guard: import
// Bare: fail

package gate

import "os"

var _ = ask("-test.skip=.")

func ask(flag string) int {
	os.Args = append(os.Args, flag)
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
