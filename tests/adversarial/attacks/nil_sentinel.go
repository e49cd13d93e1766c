// Attack: makes ErrFull nil, so that success is that error
// Guard: passes
// Bare: fail

package gate

func (*Gate) Admit(string) error { return nil }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
