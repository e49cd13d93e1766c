// Attack: imports a package that is allowed in part under another name
// Guard: selector
// Bare: panic

package gate

import fmt "runtime"

func Fee(age int) int {
	fmt.Goexit()
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
