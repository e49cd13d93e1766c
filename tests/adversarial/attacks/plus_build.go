// Attack: is a file for another system
// Guard: directive
// Bare: fail, vet
// Harmless: the compiler is called directly and knows no build tags

//go:build windows
// +build windows

package gate

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
