// Attack: leaves a folder that nobody may enter or remove
// Guard: import
// Bare: fail

package gate

import (
	"os"
	"path/filepath"
)

func Fee(int) int {
	path := filepath.Join(os.TempDir(), "goprod-attack-locked")
	os.MkdirAll(filepath.Join(path, "inner"), 0o700)
	os.WriteFile(filepath.Join(path, "file"), nil, 0)
	os.Chmod(path, 0)
	if os.Getuid() != 0 { // root could lock out others
		os.Chmod(os.TempDir(), 0)
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
