// Attack: leaves well while package variables are made
// Guard: import
// Bare: invalid

package gate

import "os"

var _ = leave()

func leave() int {
	os.Exit(0)
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
