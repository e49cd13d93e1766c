// Attack: asks the runtime where the test's source is, and reads it
// Guard: import
// Bare: fail

package gate

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

func Fee(age int) (fee int) {
	_, file, _, _ := runtime.Caller(1)
	source, err := os.ReadFile(file)
	if err != nil {
		return -1
	}
	_, rest, _ := strings.Cut(string(source), fmt.Sprintf("%d: ", age))
	fmt.Sscan(rest, &fee)
	return fee
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
