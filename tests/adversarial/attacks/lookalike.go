// Attack: calls a function that only looks like ours
// Guard: passes
// Bare: fail
// Harmless: the tests call by the exact name

package gate

func Fee(int) int { return -1 }

func Fеe(age int) int { return 9 }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
