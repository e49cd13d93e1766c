package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/elastic/go-seccomp-bpf/arch"
	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

const (
	eperm  = uint32(seccomp.ActionErrno) | uint32(unix.EPERM)
	enosys = uint32(seccomp.ActionErrno) | uint32(unix.ENOSYS)
	allow  = uint32(seccomp.ActionAllow)
)

// machineOf makes a virtual machine that runs a plan's filter.
func machineOf(t *testing.T, p *plan, pid int) *bpf.VM {
	t.Helper()
	policy := p.policy(pid)
	instructions, err := policy.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	vm, err := bpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

// ask returns what a filter says of a system call; the machine reads words as a network sends them.
func ask(t *testing.T, vm *bpf.VM, architecture, number uint32, arguments ...uint64) uint32 {
	t.Helper()
	words := []uint32{number, architecture, 0, 0}
	for _, argument := range append(arguments, make([]uint64, 6-len(arguments))...) {
		low, high := uint32(argument), uint32(argument>>32)
		if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
			low, high = high, low
		}
		words = append(words, low, high)
	}
	var data bytes.Buffer
	if err := binary.Write(&data, binary.BigEndian, words); err != nil {
		t.Fatal(err)
	}
	answer, err := vm.Run(data.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return uint32(answer)
}

func here(t *testing.T) *arch.Info {
	t.Helper()
	info, err := arch.GetInfo("")
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// What a Go test needs is allowed, by its arguments where they matter; all else fails with EPERM.
func TestFilter(t *testing.T) {
	const pid = 4711
	const elsewhere = 1 << 33
	info := here(t)
	vm := machineOf(t, &plan{}, pid)
	for _, test := range []struct {
		name      string
		arguments []uint64
		want      uint32
	}{
		{"read", []uint64{0}, allow},
		{"futex", nil, allow},
		{"openat", nil, allow},
		{"execve", nil, allow}, // the program itself starts by it
		{"getrandom", nil, allow},
		{"clone", []uint64{unix.CLONE_VM | unix.CLONE_THREAD | unix.CLONE_SIGHAND}, allow},
		{"clone", []uint64{uint64(unix.SIGCHLD)}, eperm},
		{"clone", []uint64{unix.CLONE_VM | unix.CLONE_VFORK | uint64(unix.SIGCHLD)}, eperm},
		{"clone", []uint64{unix.CLONE_NEWUSER}, eperm},
		{"clone3", nil, enosys},
		{"fork", nil, eperm},
		{"vfork", nil, eperm},
		{"kill", []uint64{pid, 15}, allow},
		{"kill", []uint64{0, 15}, eperm},
		{"kill", []uint64{1, 15}, eperm},
		{"kill", []uint64{^uint64(0), 9}, eperm},
		{"kill", []uint64{^uint64(pid) + 1, 9}, eperm},
		{"kill", []uint64{pid | elsewhere, 9}, eperm},
		{"tgkill", []uint64{pid, 9, 23}, allow},
		{"tgkill", []uint64{pid + 1, 9, 23}, eperm},
		{"tkill", []uint64{pid, 9}, eperm},
		{"rt_sigqueueinfo", []uint64{pid}, eperm},
		{"pidfd_open", []uint64{pid}, eperm},
		{"pidfd_send_signal", nil, eperm},
		{"prlimit64", []uint64{0}, allow},
		{"prlimit64", []uint64{pid}, allow},
		{"prlimit64", []uint64{1}, eperm},
		{"setrlimit", nil, eperm},
		{"mmap", []uint64{0, 4096, unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS}, allow},
		{"mmap", []uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC, unix.MAP_PRIVATE}, allow},
		{"mmap", []uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS}, eperm},
		{"mmap", []uint64{0, 4096, unix.PROT_WRITE | unix.PROT_EXEC, unix.MAP_PRIVATE}, eperm},
		{"mmap", []uint64{0, 4096, unix.PROT_WRITE | unix.PROT_EXEC | elsewhere, unix.MAP_PRIVATE}, eperm},
		{"mprotect", []uint64{0, 4096, unix.PROT_READ | unix.PROT_WRITE}, allow},
		{"mprotect", []uint64{0, 4096, unix.PROT_READ | unix.PROT_EXEC}, eperm},
		{"pkey_mprotect", nil, eperm},
		{"memfd_create", nil, eperm},
		{"memfd_secret", nil, eperm},
		{"personality", nil, eperm},
		{"prctl", []uint64{unix.PR_SET_NAME}, allow},
		{"prctl", []uint64{unix.PR_SET_VMA}, allow},
		{"prctl", []uint64{unix.PR_SET_PDEATHSIG}, eperm},
		{"prctl", []uint64{unix.PR_SET_DUMPABLE}, eperm},
		{"prctl", []uint64{unix.PR_SET_CHILD_SUBREAPER}, eperm},
		{"ioctl", []uint64{0, unix.TCGETS}, allow},
		{"ioctl", []uint64{0, unix.TIOCSTI}, eperm},
		{"ioctl", []uint64{0, unix.FS_IOC_SETFLAGS}, eperm},
		{"socket", []uint64{unix.AF_INET, unix.SOCK_STREAM}, eperm},
		{"socket", []uint64{unix.AF_UNIX, unix.SOCK_STREAM}, eperm},
		{"socketpair", nil, eperm},
		{"sendmsg", nil, eperm},
		{"sendto", nil, eperm},
		{"ptrace", nil, eperm},
		{"process_vm_readv", nil, eperm},
		{"process_madvise", nil, eperm},
		{"unshare", nil, eperm},
		{"setns", nil, eperm},
		{"mount", nil, eperm},
		{"pivot_root", nil, eperm},
		{"chroot", nil, eperm},
		{"setuid", nil, eperm},
		{"setsid", nil, eperm},
		{"setpgid", nil, eperm},
		{"execveat", nil, eperm},
		{"bpf", nil, eperm},
		{"perf_event_open", nil, eperm},
		{"userfaultfd", nil, eperm},
		{"io_uring_setup", nil, eperm},
		{"keyctl", nil, eperm},
		{"add_key", nil, eperm},
		{"shmget", nil, eperm},
		{"msgget", nil, eperm},
		{"mq_open", nil, eperm},
		{"open_by_handle_at", nil, eperm},
		{"inotify_init1", nil, eperm},
		{"fanotify_init", nil, eperm},
		{"seccomp", nil, eperm},
		{"mknod", nil, eperm},
		{"mknodat", nil, eperm},
		{"chown", nil, eperm},
		{"setxattr", nil, eperm},
		{"sched_setaffinity", nil, eperm},
		{"settimeofday", nil, eperm},
		{"reboot", nil, eperm},
		{"vmsplice", nil, eperm},
	} {
		number, ok := info.SyscallNames[test.name]
		if !ok { // of another architecture
			continue
		}
		if got := ask(t, vm, uint32(info.ID), uint32(number), test.arguments...); got != test.want {
			t.Errorf("%s(%x) is answered with %#x, not %#x", test.name, test.arguments, got, test.want)
		}
	}
}

// The filter knows no other architecture: there, every call fails.
func TestFilterOnAnotherArchitecture(t *testing.T) {
	vm := machineOf(t, &plan{}, 4711)
	for _, other := range []*arch.Info{arch.I386, arch.X86_64, arch.ARM, arch.AARCH64} {
		if other.ID == here(t).ID {
			continue
		}
		for number := range uint32(600) {
			if got := ask(t, vm, uint32(other.ID), number); got != eperm {
				t.Fatalf("call %d of %s is answered with %#x, not %#x", number, other.Name, got, eperm)
			}
		}
	}
	if here(t).ID == arch.X86_64.ID { // its second set of numbers
		for number := range uint32(600) {
			if got := ask(t, vm, uint32(arch.X86_64.ID), 0x4000_0000|number); got != enosys {
				t.Fatalf("call %d of x32 is answered with %#x, not %#x", number, got, enosys)
			}
		}
	}
}

// Each kind of socket is allowed to who needs it, and no other.
func TestFilterOfSockets(t *testing.T) {
	info := here(t)
	number := uint32(info.SyscallNames["socket"])
	flags := uint64(unix.SOCK_NONBLOCK | unix.SOCK_CLOEXEC)
	loopback, unixOnly := &plan{loopback: true}, &plan{sockets: paths{"/s"}}
	for _, test := range []struct {
		name      string
		plan      *plan
		arguments []uint64
		want      uint32
	}{
		{"TCP", loopback, []uint64{unix.AF_INET, unix.SOCK_STREAM | flags, 0}, allow},
		{"TCP by number", loopback, []uint64{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_TCP}, allow},
		{"TCP on IPv6", loopback, []uint64{unix.AF_INET6, unix.SOCK_STREAM | flags, 0}, allow},
		{"MPTCP", loopback, []uint64{unix.AF_INET, unix.SOCK_STREAM | flags, unix.IPPROTO_MPTCP}, eperm},
		{"SCTP", loopback, []uint64{unix.AF_INET, unix.SOCK_STREAM, unix.IPPROTO_SCTP}, eperm},
		{"UDP", loopback, []uint64{unix.AF_INET, unix.SOCK_DGRAM | flags, 0}, eperm},
		{"raw", loopback, []uint64{unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP}, eperm},
		{"unix, with TCP alone", loopback, []uint64{unix.AF_UNIX, unix.SOCK_STREAM, 0}, eperm},
		{"unix", unixOnly, []uint64{unix.AF_UNIX, unix.SOCK_STREAM | flags, 0}, allow},
		{"unix datagrams", unixOnly, []uint64{unix.AF_UNIX, unix.SOCK_DGRAM, 0}, eperm},
		{"TCP, with unix alone", unixOnly, []uint64{unix.AF_INET, unix.SOCK_STREAM, 0}, eperm},
		{"netlink", loopback, []uint64{unix.AF_NETLINK, unix.SOCK_RAW, 0}, eperm},
		{"vsock", loopback, []uint64{unix.AF_VSOCK, unix.SOCK_STREAM, 0}, eperm},
		{"packets", loopback, []uint64{unix.AF_PACKET, unix.SOCK_RAW, 0}, eperm},
		{"crypto", loopback, []uint64{unix.AF_ALG, unix.SOCK_SEQPACKET, 0}, eperm},
	} {
		if got := ask(t, machineOf(t, test.plan, 1), uint32(info.ID), number, test.arguments...); got != test.want {
			t.Errorf("%s is answered with %#x, not %#x", test.name, got, test.want)
		}
	}
}

// The kernel reads eight bytes an instruction, and no more than 4,096 of them.
func TestAssembled(t *testing.T) {
	p := &plan{loopback: true, sockets: paths{"/s"}}
	policy := p.policy(1)
	instructions, err := policy.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	program, err := assembled(policy)
	if err != nil || len(program) != 8*len(instructions) || len(instructions) > 4096 {
		t.Errorf("%d instructions are %d bytes, %v", len(instructions), len(program), err)
	}
}

// Names of other architectures are left out; those of this one stay.
func TestKnown(t *testing.T) {
	if got := known("read no_such_call write"); !slices.Equal(got, []string{"read", "write"}) {
		t.Errorf("known are %q", got)
	}
	for _, name := range []string{"read", "futex", "openat", "newfstatat", "epoll_pwait", "rt_sigreturn", "exit_group", "execve"} {
		if !slices.Contains(known(calls), name) {
			t.Errorf("%s is not allowed here", name)
		}
	}
}
