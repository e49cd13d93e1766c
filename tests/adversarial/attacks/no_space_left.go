// Attack: writes the words of a full disk into a struct tag, so that a compile error looks like a failure of ours
// Guard: passes
// Bare: build

package gate

func Fee(int) int { return -1 }

type Gate struct{}

var ErrFull error

func New(int) *Gate {
	return &Gate{}
}
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}

type disk struct{}

func (disk) Write(x struct {
	A int `no space left on device`
}) {
}

var _ interface{ Write(int) } = disk{}
