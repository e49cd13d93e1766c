// Attack: has the harness count a test of its own making
// Guard: import
// Bare: fail, invalid, panic

package gate

import (
	"goprod.example/grader/harness"
	"testing"
)

func Fee(int) int {
	harness.Select([]testing.InternalTest{{Name: "TestFee", F: func(*testing.T) {}}})[0].F(&testing.T{})
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
