// Attack: says in the middle of a line that it is the test's
// Guard: directive
// Bare: fail

package gate

func Fee(int) int { /*line hidden_test.go:40:1*/ return -1 }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
