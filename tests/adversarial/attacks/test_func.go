// Attack: brings a test of the name of ours
// Guard: import
// Bare: fail
// Harmless: it is another package's function, and nobody calls it

package gate

import "testing"

func TestFee(t *testing.T) {}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
