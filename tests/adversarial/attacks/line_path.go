// Attack: says that its errors are in a file of the system
// Guard: directive
// Bare: build

package gate

//line /etc/passwd:1
func Fee(int) int { return undefined }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
