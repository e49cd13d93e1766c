// Attack: imports a package for what its init does
// Guard: import
// Bare: fail
// Harmless: what it starts is never reached: there is no network

package gate

import _ "net/http/pprof"

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
