// Attack: brings a TestMain
// Guard: testmain
// Bare: fail
// Harmless: a TestMain outside of a test file is a function like any other

package gate

import "testing"

func TestMain(m *testing.M) { m.Run() }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
