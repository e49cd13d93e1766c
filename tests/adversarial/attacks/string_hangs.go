// Attack: hangs where the test only wants to print it
// Guard: passes
// Bare: timeout

package gate

type full struct{}

func (full) Error() string { select {} }

func (*Gate) Admit(string) error { return full{} }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
