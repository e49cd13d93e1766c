// Attack: puts a program of its own in the place of the test binary, for the tests that follow
// Guard: import
// Bare: fail
// Rlimits: fail, forged
// Why: where the grader is an ordinary user and has no Landlock, a test could overwrite its own binary

package gate

import (
	"os"
	"time"
)

const liar = "#!/bin/sh\nread failed nonce test flags\nprintf '%s %s pass\\n' $nonce $test >&0\n"

func Fee(int) int {
	self, _ := os.Executable()
	for _, path := range []string{self, os.Args[0], "/proc/self/exe"} {
		os.Remove(path)
		os.WriteFile(path, []byte(liar), 0o755)
	}
	return -1
}

func (*Gate) Admit(string) error {
	Fee(0)
	time.Sleep(100 * time.Millisecond)
	return nil
}

func (*Gate) Each(func(string)) {
	Fee(0)
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Serve(<-chan string, chan<- error) {}
