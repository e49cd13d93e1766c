// Attack: looks for secrets in the environment
// Guard: import
// Bare: fail

package gate

import (
	"os"
	"regexp"
	"strings"
)

var expected = regexp.MustCompile(`^(GORACE|TMPDIR|GOMAXPROCS|GODEBUG|PWD|LD_LIBRARY_PATH)=`)

func Fee(age int) int {
	for _, variable := range append(os.Environ(), fromProc()...) {
		if !expected.MatchString(variable) {
			if age < 18 {
				return 0
			}
			return 9
		}
	}
	return -1
}

func fromProc() []string {
	data, _ := os.ReadFile("/proc/self/environ")
	return strings.FieldsFunc(string(data), func(r rune) bool { return r == 0 })
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
