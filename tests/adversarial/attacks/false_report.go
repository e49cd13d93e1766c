// Attack: prints a race report that blames the test, then races
// Guard: passes
// Bare: race

package gate

var shared int

func Fee(int) int {
	println("==================\nWARNING: DATA RACE\nWrite at 0x00c000012345 by goroutine 7:\n  gate_test.TestFee()\n      hidden_test.go:44 +0x1\n\nPrevious write at 0x00c000012345 by goroutine 8:\n  gate_test.TestFee.func1()\n      hidden_test.go:45 +0x1\n\n==================")
	done := make(chan bool)
	go func() { shared++; done <- true }()
	shared++
	<-done
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate {
	return &Gate{}
}
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
