// Attack: spells unsafe with an escape
// Guard: import
// Bare: fail, build

package gate

import u "un\x73afe"

type Gate struct{ p u.Pointer }

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
