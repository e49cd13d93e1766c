// Attack: panics with nothing to say
// Guard: passes
// Bare: panic

package gate

func Fee(age int) int {
	panic(nil)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
