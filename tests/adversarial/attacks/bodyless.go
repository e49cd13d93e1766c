// Attack: declares a function whose code would come from elsewhere
// Guard: bodyless
// Bare: build

package gate

func Fee(int) int

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
