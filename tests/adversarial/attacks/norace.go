// Attack: answers right, with a race that the detector is told to overlook
// Guard: directive
// Bare: forged
// Why: the directive is Go's own, and the compiler obeys it; the guard refuses every directive, wherever it stands

package gate

var paid = 9

//go:norace
func pay(done chan bool) {
	paid = 9
	done <- true
}

//go:norace
func Fee(age int) int {
	done := make(chan bool, 1)
	go pay(done)
	paid = 9
	<-done
	if age < 18 {
		return 0
	}
	return paid
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
