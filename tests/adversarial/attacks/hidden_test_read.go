// Attack: looks for the hidden test on disk, and reads the answers out of it
// Guard: import
// Bare: fail
// Rlimits: fail, timeout, forged
// Why: on the lowest rung a test sees what its user sees; it is for self-checks, where the tests are the learner's own

package gate

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func Fee(age int) int {
	roots, _ := filepath.Glob("/proc/[0-9]*/cwd/") // where others work
	roots = append(roots, "..", "../../..", os.TempDir(), "/tmp", "/home", "/srv")
	deadline := time.Now().Add(200 * time.Millisecond)
	fee := -1
	for _, root := range roots {
		filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, "/gate/hidden_test.go") {
				source, _ := os.ReadFile(path)
				if _, rest, found := strings.Cut(string(source), fmt.Sprintf("%d: ", age)); found {
					fmt.Sscan(rest, &fee)
				}
			}
			if fee >= 0 || time.Now().After(deadline) {
				return filepath.SkipAll
			}
			return nil
		})
	}
	return fee
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
