// Attack: prints without end
// Guard: passes
// Bare: limit

package gate

import "fmt"

func Fee(int) int {
	for {
		fmt.Println("PASS PASS PASS PASS PASS PASS PASS PASS PASS PASS PASS PASS PASS PASS")
	}
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
