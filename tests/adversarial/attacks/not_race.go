// Attack: is a file for builds without the race detector
// Guard: directive
// Bare: race
// Harmless: the compiler is called directly and knows no build tags

//go:build !race

package gate

var paid = 9

func Fee(age int) int {
	done := make(chan bool, 1)
	go func() {
		paid = 9
		done <- true
	}()
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
