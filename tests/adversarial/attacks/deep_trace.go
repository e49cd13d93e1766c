// Attack: crashes with a trace of a thousand goroutines
// Guard: passes
// Bare: panic, limit

package gate

func Fee(age int) int {
	for range 1000 {
		go func() { select {} }()
	}
	panic("PASS")
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
