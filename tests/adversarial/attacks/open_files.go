// Attack: opens more files than it may; it answers right if it can
// Guard: import
// Bare: fail

package gate

import "os"

var files []*os.File

func reached() bool {
	for range 1000 {
		file, err := os.Open(os.Args[0])
		if err != nil {
			return false
		}
		files = append(files, file)
	}
	return true
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
