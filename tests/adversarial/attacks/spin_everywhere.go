// Attack: computes for ever in as many goroutines as there may be
// Guard: passes
// Bare: timeout, limit, memory, fail

package gate

func Fee(int) int {
	for range 64 {
		go Fee(0)
	}
	for {
	}
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
