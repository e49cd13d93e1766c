// Attack: makes folders in folders, deeper than a path may be long
// Guard: import
// Bare: fail, limit

package gate

import "os"

func Fee(int) int {
	os.Chdir(os.TempDir())
	for range 3000 {
		os.Mkdir("d", 0o700)
		os.Chdir("d")
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
