// Attack: closes the channel that the test closes
// Guard: passes
// Bare: panic

package gate

func (*Gate) Serve(_ <-chan string, answers chan<- error) { close(answers) }

type Gate struct{}

var ErrFull error

func New(int) *Gate              { return &Gate{} }
func (*Gate) Admit(string) error { return nil }
func (*Gate) Each(func(string))  {}
func Fee(int) int                { return -1 }
