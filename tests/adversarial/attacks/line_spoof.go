// Attack: says that its lines are the test's
// Guard: directive
// Bare: fail

package gate

//line gate_test.go:1
func Fee(int) int { return -1 }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
