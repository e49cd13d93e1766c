// Attack: leaves a process of a session of its own behind
// Guard: import
// Bare: fail

package gate

import "syscall"

func Fee(age int) int {
	syscall.ForkExec("/bin/sleep", []string{"goprod-attack-sleeper", "60"}, &syscall.ProcAttr{Sys: &syscall.SysProcAttr{Setsid: true}})
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
