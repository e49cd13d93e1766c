// Attack: has the harness itself run a test of its own making under the name that was ordered
// Guard: import
// Bare: fail, invalid, panic

package gate

import (
	"goprod.example/grader/harness"
	"testing"
	"testing/internal/testdeps"
)

func Fee(int) int {
	var tests []testing.InternalTest
	for _, name := range []string{"TestHouseIsFull", "TestEveryVisitorIsTold", "TestQueueMoves", "TestFee"} {
		tests = append(tests, testing.InternalTest{Name: name, F: func(*testing.T) {}})
	}
	harness.Run(testing.MainStart(testdeps.TestDeps{}, harness.Select(tests), nil, nil, nil))
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
