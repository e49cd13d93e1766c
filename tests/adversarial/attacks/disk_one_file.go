// Attack: writes one file of 64 MiB; it answers right if it can
// Guard: import
// Bare: fail, limit, timeout

package gate

import (
	"os"
	"path/filepath"
)

func reached() bool {
	path := filepath.Join(os.TempDir(), "goprod-attack-large")
	err := os.WriteFile(path, make([]byte, 64<<20), 0o600)
	return err == nil
}

func Fee(age int) int {
	if !reached() {
		return -1
	}
	if age < 18 {
		return 0
	}
	return 9
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
