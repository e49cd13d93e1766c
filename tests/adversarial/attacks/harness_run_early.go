// Attack: runs the harness before the tests do, from a package variable
// Guard: import
// Bare: fail, invalid, panic

package gate

import (
	"fmt"
	"goprod.example/grader/harness"
	"os"
	"strings"
	"testing"
	"testing/internal/testdeps"
)

var _ = early()

func early() int {
	if strings.Contains(fmt.Sprint(os.Args), "-test.") {
		tests := []testing.InternalTest{{Name: "TestFee", F: func(*testing.T) {}}, {Name: "TestQueueMoves", F: func(*testing.T) {}}}
		harness.Run(testing.MainStart(testdeps.TestDeps{}, harness.Select(tests), nil, nil, nil))
	}
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
