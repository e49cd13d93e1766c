// Attack: takes 3 GiB of memory and writes to it
// Guard: passes
// Bare: memory

package gate

import "bytes"

func Fee(int) int {
	var all [][]byte
	for range 3 << 6 {
		all = append(all, bytes.Repeat([]byte{1}, 16<<20))
	}
	return len(all)
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
