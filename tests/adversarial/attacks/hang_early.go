// Attack: waits for ever before any test
// Guard: passes
// Bare: timeout, invalid

package gate

var _ = wait()

func wait() int { select {} }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
