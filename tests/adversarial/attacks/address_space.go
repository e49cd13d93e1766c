// Attack: asks for more addresses than there may be
// Guard: passes
// Bare: memory, panic

package gate

func Fee(age int) int {
	return len(make([]byte, 1<<33))
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
