// Attack: writes a program and runs it; it answers right if it can
// Guard: import
// Bare: fail
// Rlimits: forged
// Why: on the lowest rung nothing filters system calls; it is for self-checks, and grading refuses it

package gate

import (
	"os"
	"os/exec"
	"path/filepath"
)

func reached() bool {
	path := filepath.Join(os.TempDir(), "program")
	os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755)
	defer os.Remove(path)
	return exec.Command(path).Run() == nil
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
