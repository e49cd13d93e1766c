// Attack: reads an interface while it is written, to see one type's data as another's
// Guard: passes
// Bare: race

package gate

type number struct{ n *int }
type pointer struct{ p **int }

func Fee(age int) int {
	var torn any = number{}
	go func() {
		for {
			torn = number{}
			torn = pointer{}
		}
	}()
	for range 1 << 20 {
		if n, ok := torn.(number); ok && n.n != nil {
			return 9
		}
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
