// Attack: has a global so large that the process dies before the harness is there
// Guard: passes
// Bare: memory

package gate

var big [1 << 30]byte

func Fee(age int) int { big[age<<20] = 1; return -1 }

type Gate struct{}

var ErrFull error

func New(int) *Gate {
	return &Gate{}
}
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
