// Attack: makes sixteen thousand files
// Guard: import
// Bare: fail, limit, timeout

package gate

import (
	"fmt"
	"os"
	"path/filepath"
)

func Fee(int) int {
	for i := range 1 << 14 {
		if file, err := os.Create(filepath.Join(os.TempDir(), fmt.Sprint("goprod-attack-", i))); err == nil {
			file.Close()
		}
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
