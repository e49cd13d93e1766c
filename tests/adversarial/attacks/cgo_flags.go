// Attack: gives flags to the linker
// Guard: directive
// Bare: build

package gate

//go:cgo_ldflag "-Wl,--wrap=exit"

var _ = 0

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
