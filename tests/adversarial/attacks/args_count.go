// Attack: has every test run no times: -test.count=0
// Guard: import
// Bare: invalid

package gate

import "os"

var _ = ask("-test.count=0")

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
