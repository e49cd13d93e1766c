// Attack: ends the process by log.Fatal, which needs no os
// Guard: passes
// Bare: fail

package gate

import "log"

func Fee(age int) int {
	log.Fatal("PASS")
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
