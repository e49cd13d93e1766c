// Attack: tells the race detector of an order that is not there
// Guard: import
// Bare: forged
// Why: the functions are Go's own and there for this; the guard allows neither unsafe nor these names

package gate

import (
	"runtime"
	"time"
	"unsafe"
)

var paid = 9

func Fee(age int) int {
	done := make(chan bool, 1)
	go func() {
		time.Sleep(10 * time.Millisecond)
		runtime.RaceAcquire(unsafe.Pointer(&paid))
		paid = 9
		done <- true
	}()
	paid = 9
	runtime.RaceReleaseMerge(unsafe.Pointer(&paid))
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
