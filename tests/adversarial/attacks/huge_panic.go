// Attack: panics with 100 MB to say
// Guard: passes
// Bare: limit, memory, panic, timeout

package gate

import "strings"

func Fee(age int) int {
	panic(strings.Repeat("PASS", 25<<20))
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
