package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// calls are what a Go test needs: its files, memory, threads, timers and its own
// signals. Whatever is not here fails with EPERM: other processes, sockets, tracing,
// namespaces, mounts, keys, other kinds of memory.
const calls = `
	read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close close_range lseek dup dup2 dup3
	fcntl flock fsync fdatasync sync_file_range ftruncate truncate fallocate fadvise64 copy_file_range sendfile splice
	open openat openat2 creat stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2 readlink readlinkat
	getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat
	fchmod umask pipe pipe2
	eventfd2 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll select pselect6
	brk munmap mremap madvise mincore msync mlock munlock membarrier
	futex futex_waitv set_robust_list get_robust_list rseq set_tid_address gettid exit exit_group restart_syscall execve
	rt_sigaction rt_sigprocmask rt_sigreturn rt_sigtimedwait rt_sigsuspend rt_sigpending sigaltstack pause
	nanosleep clock_nanosleep clock_gettime clock_getres gettimeofday time times alarm getitimer setitimer
	timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime
	getpid getppid getpgid getpgrp getsid getuid geteuid getgid getegid getresuid getresgid getgroups
	sched_yield sched_getaffinity getcpu getpriority getrlimit getrusage sysinfo uname getrandom arch_prctl`

// rights change what a path's owner may. Landlock does not judge them, and there the
// grader's own files are in sight.
const rights = `chmod fchmodat fchmodat2 utimensat`

// streams are what TCP needs besides a socket.
const streams = `
	bind listen accept accept4 connect getsockname getpeername setsockopt getsockopt
	sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown`

// policy allows the calls above to a program whose process has this id.
func (p *plan) policy(pid int) seccomp.Policy {
	allowed := seccomp.SyscallGroup{Action: seccomp.ActionAllow, Names: known(calls), NamesWithCondtions: conditional(pid)}
	if !p.landlock {
		allowed.Names = append(allowed.Names, known(rights)...)
	}
	if p.loopback || len(p.sockets) > 0 {
		allowed.Names = append(allowed.Names, known(streams)...)
	}
	if p.loopback {
		for _, family := range []uint64{unix.AF_INET, unix.AF_INET6} {
			for _, protocol := range []uint64{0, unix.IPPROTO_TCP} {
				allowed.NamesWithCondtions = append(allowed.NamesWithCondtions, socket(family, protocol))
			}
		}
	}
	if len(p.sockets) > 0 {
		allowed.NamesWithCondtions = append(allowed.NamesWithCondtions, socket(unix.AF_UNIX, 0))
	}
	return seccomp.Policy{
		DefaultAction: seccomp.ActionErrno, // EPERM
		Syscalls: []seccomp.SyscallGroup{
			allowed,
			// The C library then makes its threads with clone, whose flags a filter can see.
			{Action: seccomp.ActionErrno | seccomp.Action(unix.ENOSYS), Names: []string{"clone3"}},
		},
	}
}

// assembled returns a policy as the kernel reads it.
func assembled(policy seccomp.Policy) ([]byte, error) {
	instructions, err := policy.Assemble()
	if err != nil {
		return nil, err
	}
	raw, err := bpf.Assemble(instructions)
	if err != nil {
		return nil, err
	}
	var program bytes.Buffer
	for _, each := range raw { // struct sock_filter
		if err := binary.Write(&program, binary.NativeEndian, each); err != nil {
			return nil, err
		}
	}
	return program.Bytes(), nil
}

// conditional are calls that depend on their arguments.
func conditional(pid int) []seccomp.NameWithConditions {
	self := uint64(pid)
	all := []seccomp.NameWithConditions{
		when("clone", is(0, seccomp.BitsSet, unix.CLONE_THREAD)),
		when("kill", is(0, seccomp.Equal, self)),
		when("tgkill", is(0, seccomp.Equal, self)),
		when("prlimit64", is(0, seccomp.Equal, 0)),
		when("prlimit64", is(0, seccomp.Equal, self)),
		// Memory is either written or executed; code comes from a file.
		when("mmap", is(2, seccomp.BitsNotSet, unix.PROT_EXEC)),
		when("mmap", is(2, seccomp.BitsNotSet, unix.PROT_WRITE), is(3, seccomp.BitsNotSet, unix.MAP_ANONYMOUS)),
		when("mprotect", is(2, seccomp.BitsNotSet, unix.PROT_EXEC)),
	}
	for _, option := range []uint64{unix.PR_SET_NAME, unix.PR_GET_NAME, unix.PR_SET_VMA} {
		all = append(all, when("prctl", is(0, seccomp.Equal, option)))
	}
	for _, request := range []uint64{unix.TCGETS, unix.TIOCGWINSZ} {
		all = append(all, when("ioctl", is(1, seccomp.Equal, request)))
	}
	return all
}

// socket allows stream sockets of a family; the type's upper bits are flags.
func socket(family, protocol uint64) seccomp.NameWithConditions {
	return when("socket",
		is(0, seccomp.Equal, family), is(1, seccomp.BitsSet, unix.SOCK_STREAM), is(1, seccomp.BitsNotSet, unix.SOCK_DGRAM),
		is(2, seccomp.Equal, protocol))
}

func when(name string, conditions ...seccomp.Condition) seccomp.NameWithConditions {
	return seccomp.NameWithConditions{Name: name, Conditions: conditions}
}

func is(argument uint32, operation seccomp.Operation, value uint64) seccomp.Condition {
	return seccomp.Condition{Argument: argument, Operation: operation, Value: value}
}

// known leaves out the names that this architecture does not have.
func known(names string) []string {
	info, err := arch.GetInfo("")
	if err != nil {
		panic(fmt.Sprintf("no system calls are known for this machine: %v", err))
	}
	var found []string
	for name := range strings.FieldsSeq(names) {
		if _, ok := info.SyscallNames[name]; ok {
			found = append(found, name)
		}
	}
	return found
}
