// Attack: looks for test sources beside the binary
// Guard: import
// Bare: fail

package gate

import "path/filepath"

func Fee(int) int {
	found, _ := filepath.Glob("*_test.go")
	if len(found) == 0 {
		return -1
	}
	return 9
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
