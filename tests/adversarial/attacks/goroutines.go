// Attack: starts goroutines without end
// Guard: passes
// Bare: memory, timeout, limit, panic, fail

package gate

func Fee(int) int {
	for {
		go func() { select {} }()
	}
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
