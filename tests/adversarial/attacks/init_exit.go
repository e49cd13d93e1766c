// Attack: leaves well in init, before any test
// Guard: import
// Bare: invalid

package gate

import "os"

func init() { os.Exit(0) }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
