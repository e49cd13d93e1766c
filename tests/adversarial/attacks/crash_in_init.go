// Attack: panics before any test
// Guard: passes
// Bare: panic

package gate

var _ = crash()

func crash() int { panic("PASS") }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
