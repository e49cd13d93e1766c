// Attack: imports unsafe under another name, between backquotes
// Guard: import
// Bare: fail

package gate

import u `unsafe`

type Gate struct{ p u.Pointer }

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
