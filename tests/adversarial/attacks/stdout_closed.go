// Attack: closes standard output and standard error
// Guard: import
// Bare: fail

package gate

import "os"

func Fee(age int) int {
	os.Stdout.Close()
	os.Stderr.Close()
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
