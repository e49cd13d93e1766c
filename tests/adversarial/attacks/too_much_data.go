// Attack: declares more data than a linker can place, so that the link fails as if it were ours
// Guard: passes
// Bare: limit

package gate

var a, b [1900000000]byte

func Fee(age int) int { a[age<<20] = 1; b[age<<20] = 1; return -1 }

type Gate struct{}

var ErrFull error

func New(int) *Gate {
	return &Gate{}
}
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
