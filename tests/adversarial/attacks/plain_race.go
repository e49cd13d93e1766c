// Attack: answers right, with a race
// Guard: passes
// Bare: race

package gate

func Fee(age int) int {
	fee := 9
	done := make(chan bool, 1)
	go func() {
		fee = 9
		done <- true
	}()
	if age < 18 {
		fee = 0
	}
	<-done
	if age < 18 {
		return 0
	}
	return fee
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
