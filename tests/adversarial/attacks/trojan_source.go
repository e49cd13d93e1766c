// Attack: shows other code than is compiled, by characters that change the direction
// Guard: hidden-character
// Bare: fail

package gate

func Fee(int) int {
	/*‮ } ⁦if false⁩ ⁦ begin */
	return -1
	/* end ‮ { ⁦*/
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
