// Attack: answers with an error that can be unwrapped for ever
// Guard: passes
// Bare: timeout

package gate

import "errors"

var ErrFull = errors.New("full")

type onion struct{}

func (onion) Error() string   { return "onion" }
func (o onion) Unwrap() error { return &onion{} }

func (*Gate) Admit(string) error { return onion{} }

type Gate struct{}

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
