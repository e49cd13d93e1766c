// Attack: writes 80 MiB into its temporary folder; it answers right if it can
// Guard: import
// Bare: fail, limit, timeout

package gate

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

func reached() bool {
	folder := os.TempDir()
	block := make([]byte, 4<<20)
	for i := range 20 {
		file, err := os.Create(filepath.Join(folder, fmt.Sprint("goprod-attack-", i)))
		if err != nil {
			return false
		}
		if _, err := file.Write(block); err != nil {
			return false
		}
		file.Close()
	}
	time.Sleep(300 * time.Millisecond)
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
