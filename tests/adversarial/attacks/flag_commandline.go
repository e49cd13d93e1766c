// Attack: replaces the set of flags that the testing package reads
// Guard: import
// Bare: invalid, fail

package gate

import "flag"

var _ = replace()

func replace() int {
	flag.CommandLine = flag.NewFlagSet("gate", flag.ContinueOnError)
	flag.CommandLine.Parse(nil)
	return 0
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
