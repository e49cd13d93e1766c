// Command confine takes away from a program what a learner's code must not have,
// and then becomes that program.
//
// It sets limits, changes to another user, and either hands over to bubblewrap or
// restricts itself with Landlock; in both a filter of system calls comes on top. It
// never returns: it ends as the program, or with exit code 125 and a line on standard
// error.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/elastic/go-seccomp-bpf"
	"golang.org/x/sys/unix"
)

// ExitConfine says that confine itself failed.
const ExitConfine = 125

// plan is what to take away, and what for.
type plan struct {
	limits    limits
	user      int    // to change to, where confine was started by root
	bwrap     string // bubblewrap's path: the program runs in namespaces of its own
	landlock  bool   // the program sees only the files that it needs
	filter    bool   // the program can make only the system calls that a Go test needs
	loopback  bool   // the program may use TCP
	sockets   paths  // unix sockets that the program may use
	folder    string // the folder that the program may write to; in bubblewrap it is one of its own
	disk      int64  // bytes of bubblewrap's folder
	readable  paths  // folders that the program may read
	like      string // a program whose libraries it needs; its own file need not be readable
	arguments []string
}

type paths []string

func (p *paths) String() string         { return fmt.Sprint(*p) }
func (p *paths) Set(value string) error { *p = append(*p, value); return nil }

func main() {
	runtime.LockOSThread() // Landlock and seccomp bind the thread that becomes the program
	err := parse(os.Args[1:]).run()
	fmt.Fprintln(os.Stderr, "confine:", err)
	os.Exit(ExitConfine)
}

func parse(arguments []string) *plan {
	p := &plan{}
	flags := flag.NewFlagSet("confine", flag.ExitOnError)
	p.limits.define(flags)
	flags.IntVar(&p.user, "user", 0, "change to this user and group id first")
	flags.StringVar(&p.bwrap, "bwrap", "", "run in bubblewrap, which is here")
	flags.BoolVar(&p.landlock, "landlock", false, "restrict files, TCP, signals and abstract sockets with Landlock")
	flags.BoolVar(&p.filter, "filter", false, "with -landlock or alone: restrict system calls with seccomp")
	flags.BoolVar(&p.loopback, "loopback", false, "allow TCP")
	flags.Var(&p.sockets, "socket", "allow this unix socket (may be repeated)")
	flags.StringVar(&p.folder, "folder", "", "with -landlock: allow writing below this folder")
	flags.Int64Var(&p.disk, "disk", 64<<20, "with -bwrap: bytes of the folder for writing")
	flags.Var(&p.readable, "read", "with -landlock: allow reading below this folder (may be repeated)")
	flags.StringVar(&p.like, "like", "", "the program needs the shared libraries of this one (default: its own)")
	flags.Parse(arguments) // ends the process where it fails
	p.arguments = flags.Args()
	return p
}

// run does all of it and becomes the program.
func (p *plan) run() error {
	if len(p.arguments) == 0 {
		return fmt.Errorf("no program is named")
	}
	program, err := exec.LookPath(p.arguments[0])
	if err != nil {
		return err
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	files, err := libraries(cmp.Or(p.like, program)) // before it can read less
	if err != nil {
		return err
	}
	if p.user != 0 {
		if err := become(p.user); err != nil {
			return fmt.Errorf("become user %d: %w", p.user, err)
		}
	}
	if err := p.limits.set(); err != nil {
		return err
	}
	if p.bwrap != "" {
		return p.inBubblewrap(program, files)
	}
	if err := seccomp.SetNoNewPrivs(); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if p.landlock {
		if err := p.restrictFiles(program, files); err != nil {
			return fmt.Errorf("landlock: %w", err)
		}
	}
	if p.filter {
		filter := seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: p.policy(os.Getpid())}
		if err := seccomp.LoadFilter(filter); err != nil {
			return fmt.Errorf("seccomp: %w", err)
		}
	}
	return fmt.Errorf("start %s: %w", program, syscall.Exec(program, p.arguments, os.Environ()))
}

// become gives up root, its groups and everything that goes with it, for good. It asks
// the kernel itself, for this thread, which is the one that becomes the program.
func become(user int) error {
	id := uintptr(user)
	for _, call := range [][4]uintptr{{unix.SYS_SETGROUPS}, {unix.SYS_SETRESGID, id, id, id}, {unix.SYS_SETRESUID, id, id, id}} {
		if _, _, err := unix.RawSyscall(call[0], call[1], call[2], call[3]); err != 0 {
			return err
		}
	}
	return nil
}
