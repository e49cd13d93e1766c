// Attack: leaves a daemon behind that holds our pipes open
// Guard: import
// Bare: fail, invalid

package gate

import "syscall"

func Fee(age int) int {
	syscall.ForkExec("/bin/sleep", []string{"goprod-attack-sleeper", "60"}, &syscall.ProcAttr{Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setsid: true}})
	syscall.Exit(0)
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
