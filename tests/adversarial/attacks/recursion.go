// Attack: recurses without end
// Guard: passes
// Bare: memory, panic

package gate

func Fee(age int) int { return Fee(age+1) + Fee(age+2) }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
