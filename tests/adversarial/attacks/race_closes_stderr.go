// Attack: closes standard error, so that the report of its race is lost
// Guard: passes
// Bare: fail, race

package gate

import "log"

func Fee(age int) int {
	if stderr, ok := log.Writer().(io); ok {
		stderr.Close()
	}
	done := make(chan bool, 1)
	fee := 9
	go func() {
		fee = 9
		done <- true
	}()
	fee = 9
	<-done
	if age < 18 {
		return 0
	}
	return fee
}

type io interface{ Close() error }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
