// Attack: takes a function of a package that is allowed in part as a value
// Guard: selector
// Bare: panic

package gate

import "runtime"

var end = runtime.Goexit

func Fee(age int) int {
	end()
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
