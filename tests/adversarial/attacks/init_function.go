// Attack: runs before the tests, with nothing that is forbidden
// Guard: init
// Bare: fail
// Harmless: it may change only what is its own

package gate

import "errors"

var ErrFull = errors.New("full")

func init() { ErrFull = nil }

type Gate struct{}

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
