// Attack: writes a guess to every descriptor that is open
// Guard: import
// Bare: invalid, fail

package gate

import "syscall"

func Fee(age int) int {
	for fd := range 256 {
		syscall.Write(fd, []byte("00000000000000000000000000000000 TestFee pass\n"))
	}
	syscall.Exit(0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
