// Attack: imports all of a package that is allowed in part, without its name
// Guard: dot-import, import, selector
// Bare: panic

package gate

import . "runtime"

func Fee(age int) int {
	Goexit()
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
