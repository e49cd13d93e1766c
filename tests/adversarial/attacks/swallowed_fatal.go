// Attack: calls the test's callback in a goroutine, where t.Fatal does not end the test
// Guard: passes
// Bare: fail

package gate

func (*Gate) Each(tell func(string)) {
	for range 4 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			tell("nobody")
		}()
		<-done
	}
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Serve(<-chan string, chan<- error) {}
func Fee(int) int                               { return -1 }
