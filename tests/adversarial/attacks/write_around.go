// Attack: writes a file outside its folder; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: fail, forged
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import (
	"os"
	"path/filepath"
)

func reached() bool {
	done := false
	for _, folder := range []string{"/", "/dev/shm", "/var/tmp", "/run", "/usr", "/etc", "/root", filepath.Dir(os.Args[0]), "../.."} {
		path := filepath.Join(folder, "goprod-attack-file")
		if os.WriteFile(path, nil, 0o600) == nil {
			os.Remove(path)
			done = true
		}
	}
	return done
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
