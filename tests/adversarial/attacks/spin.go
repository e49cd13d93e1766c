// Attack: computes for ever
// Guard: passes
// Bare: timeout, limit

package gate

func Fee(int) int {
	for {
	}
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
