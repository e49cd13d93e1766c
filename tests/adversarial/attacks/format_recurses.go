// Attack: prints itself where the test prints it, without end
// Guard: passes
// Bare: memory, panic

package gate

import (
	"errors"
	"fmt"
)

var same any // hides from vet what it is

func (g *Gate) String() string {
	same = g
	return fmt.Sprint(same)
}

func (*Gate) Admit(string) error { return errors.New("no") }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
