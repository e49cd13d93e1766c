// Attack: has the testing package write a file elsewhere: -test.memprofile
// Guard: import
// Bare: fail, invalid
// Leaves: rlimits

package gate

import "os"

var _ = ask("-test.memprofile=/tmp/goprod-attack-profile")

func ask(flag string) int {
	os.Args = append(os.Args, flag)
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
