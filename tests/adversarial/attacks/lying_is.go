// Attack: answers with an error that says it is every error
// Guard: passes
// Bare: fail

package gate

type chameleon struct{}

func (chameleon) Error() string   { return "<nil>" }
func (chameleon) Is(error) bool   { return true }
func (chameleon) As(any) bool     { return true }
func (c chameleon) Unwrap() error { return c }

func (*Gate) Admit(string) error { return chameleon{} }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
