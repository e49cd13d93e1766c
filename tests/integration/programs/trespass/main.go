// Command trespass tries what a sandbox must not let through. As `trespass all DECOY PATH…`
// it prints the name of each thing that got through; otherwise its argument is what to use up.
//
// It does no harm where no sandbox holds it: it refuses to run as root, writes to nothing
// but the decoy, which the caller made for it, and asks for powers in a way that cannot succeed.
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	if os.Getuid() == 0 {
		fmt.Fprintln(os.Stderr, "trespass does not run as root")
		os.Exit(5)
	}
	if os.Args[1] == "all" {
		all(os.Args[2], os.Args[3:])
		return
	}
	map[string]func(){
		"threads": threads, "memory": memory, "output": output, "file": file, "files": files, "unlinked": unlinked, "deep": deep,
		"locked": locked, "daemon": daemon, "children": children, "sleep": func() { time.Sleep(20 * time.Second) }, "race": race, "spin": func() {
			for {
			}
		},
		"exit": func() { os.Exit(3) }, "kill": func() { syscall.Kill(os.Getpid(), syscall.SIGKILL) },
	}[os.Args[1]]()
}

type trial struct {
	name string
	try  func() error
}

func all(decoy string, outside []string) {
	trials := []trial{
		{"write a file outside", func() error { _, err := os.OpenFile(decoy, os.O_WRONLY|os.O_APPEND, 0); return err }},
		{"make a file outside", func() error { return os.WriteFile(decoy+".new", nil, 0o600) }},
		{"truncate a file outside", func() error { return os.Truncate(decoy, 1) }},
		{"link to a file outside", func() error { return os.Link(decoy, "linked") }},
		{"change the rights of a file outside", func() error { return os.Chmod(decoy, 0o644) }},
		{"change the times of a file outside", func() error { return os.Chtimes(decoy, time.Now(), time.Now()) }},
		{"rename a file outside", func() error { return os.Rename(decoy, decoy+".renamed") }},
		{"remove a file outside", func() error { return os.Remove(decoy) }},
	}
	for _, path := range outside {
		trials = append(trials,
			trial{"read " + path, func() error { _, err := os.ReadFile(path); return err }},
			trial{"list " + path, func() error { _, err := os.ReadDir(path); return err }},
			trial{"see that there is " + path, func() error { _, err := os.Stat(path); return err }},
		)
	}
	for _, each := range [][]trial{trials, network, processes, kinds, powers} {
		for _, t := range each {
			report(t)
		}
	}
}

func report(t trial) {
	if t.try() == nil {
		fmt.Println(t.name)
	}
}

func call(number uintptr, arguments ...uintptr) error {
	all := append(arguments, make([]uintptr, 6)...)
	if _, _, err := syscall.Syscall6(number, all[0], all[1], all[2], all[3], all[4], all[5]); err != 0 {
		return err
	}
	return nil
}

// asked says whether the kernel looked at a call that is wrong and would do nothing: whatever
// it then objects to, it was not the right to make it.
func asked(number uintptr, arguments ...uintptr) error {
	if err := call(number, arguments...); err == syscall.EPERM || err == syscall.EACCES || err == syscall.ENOSYS {
		return err
	}
	return nil
}

func socket(family, kind, protocol int) func() error {
	return func() error {
		fd, err := syscall.Socket(family, kind, protocol)
		if err == nil {
			syscall.Close(fd)
		}
		return err
	}
}

var network = []trial{
	{"TCP", func() error { return closed(net.Listen("tcp4", "127.0.0.1:0")) }},
	{"TCP socket", socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)},
	{"TCP socket on IPv6", socket(syscall.AF_INET6, syscall.SOCK_STREAM, 0)},
	{"UDP socket", socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)},
	{"UDP", func() error { return closed(net.ListenPacket("udp4", "127.0.0.1:0")) }},
	{"unix socket", socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)},
	{"abstract socket", func() error { return closed(net.Listen("unix", "@trespass")) }},
	{"MPTCP", socket(syscall.AF_INET, syscall.SOCK_STREAM, 262)},
	{"netlink", socket(syscall.AF_NETLINK, syscall.SOCK_RAW, 0)},
	{"vsock", socket(40, syscall.SOCK_STREAM, 0)},
	{"packets", socket(syscall.AF_PACKET, syscall.SOCK_RAW, 0)},
	{"crypto sockets", socket(38, 5, 0)},
	{"socket pair", func() error {
		_, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		return err
	}},
	{"pass a descriptor", func() error { return syscall.Sendmsg(0, []byte("x"), syscall.UnixRights(1), nil, 0) }},
}

func closed[T interface{ Close() error }](socket T, err error) error {
	if err == nil {
		socket.Close()
	}
	return err
}

var parent = uintptr(os.Getppid())

var processes = []trial{
	{"process", func() error { return exec.Command(os.Args[0], "exit").Start() }},
	{"session", func() error { _, err := syscall.Setsid(); return err }},
	{"signal to the parent", func() error {
		if parent == 0 {
			return syscall.ESRCH
		}
		return syscall.Kill(int(parent), 0)
	}},
	{"signal to the group", func() error { return syscall.Kill(0, 0) }},
	{"signal to everybody", func() error { return syscall.Kill(-1, 0) }},
	{"look into another process", func() error { return asked(syscall.SYS_PTRACE, 1, parent) }},
	{"read another's memory", func() error { return call(310, parent, 0, 0, 0, 0, 0) }},
	{"process descriptor", func() error { return call(434, parent, 0) }},
}

// kinds are kinds of memory.
var kinds = []trial{
	{"make memory executable", func() error { return syscall.Mprotect(mapped(-1, 2, 0x22), 4) }},
	{"memory to write and execute", func() error { _, err := syscall.Mmap(-1, 0, 4096, 6, 0x22); return err }},
	{"executable memory of no file", func() error { _, err := syscall.Mmap(-1, 0, 4096, 5, 0x22); return err }},
	{"file in memory", func() error { return call(319, uintptr(name), 0) }},
	{"execute a written file as memory", func() error {
		if err := os.WriteFile("code", bytes.Repeat([]byte{0xc3}, 4096), 0o700); err != nil {
			return err
		}
		written, err := os.Open("code")
		if err != nil {
			return err
		}
		_, err = syscall.Mmap(int(written.Fd()), 0, 4096, 5, 2)
		return err
	}},
	{"shared memory of System V", func() error { return asked(29, 0x600d600d, 1, 0) }},
}

var name = func() uintptr {
	page := mapped(-1, 3, 0x22) // a name that is the empty string
	return address(page)
}()

func mapped(fd, protection, flags int) []byte {
	page, err := syscall.Mmap(fd, 0, 4096, protection, flags)
	if err != nil {
		panic(err)
	}
	return page
}

var powers = []trial{
	{"user namespace", func() error { return call(syscall.SYS_UNSHARE, 0x10000000) }},
	{"mount", func() error {
		if err := syscall.Mount("none", ".", "no-such-type", 0, ""); err != syscall.EPERM {
			return nil
		}
		return syscall.EPERM
	}},
	{"change root", func() error { return syscall.Chroot(".") }},
	{"keys", func() error { return asked(250, 9999) }},
	{"io_uring", func() error { return asked(425, 0, 0) }},
	{"bpf", func() error { return asked(321, 9999, 0, 0) }},
	{"userfaultfd", func() error { return asked(323, 1<<30) }},
	{"performance counters", func() error { return asked(298, 0, 0, 0, 0, 0) }},
	{"inotify", func() error { return call(294, 0) }},
	{"raise a limit", func() error {
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			return err
		}
		limit.Max *= 2
		limit.Cur = limit.Max
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit)
	}},
	{"gain rights by execution", func() error { return held("NoNewPrivs:\t0") }},
	{"capabilities", func() error { return held("CapEff:\t0000000000000000", "not") }},
	{"inherited descriptors", func() error { return inherited }},
}

// inherited is nil if there is a file that the program did not open: it looks before anything is opened.
var inherited = func() error {
	for fd := 3; fd < 64; fd++ {
		var about syscall.Stat_t
		if syscall.Fstat(fd, &about) == nil && about.Mode&syscall.S_IFMT == syscall.S_IFREG {
			return nil
		}
	}
	return syscall.EBADF
}()

// held says whether the kernel says this of the process, or (not) something else.
func held(line string, not ...string) error {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	if strings.Contains(string(status), line) == (len(not) > 0) {
		return syscall.EPERM
	}
	return nil
}

func race() {
	shared, done := 0, make(chan bool)
	for range 2 {
		go func() { first(&shared); done <- true }()
	}
	<-done
	<-done
}

func first(shared *int)  { second(shared) }
func second(shared *int) { *shared++ }

func threads() {
	for range 400 {
		go func() { runtime.LockOSThread(); time.Sleep(time.Minute) }()
	}
	time.Sleep(5 * time.Second)
}

func memory() {
	var kept [][]byte
	for range 3 << 10 {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		kept = append(kept, block)
	}
	fmt.Println(len(kept))
}

func output() {
	line := bytes.Repeat([]byte("la"), 1<<15)
	for range 1 << 14 {
		os.Stdout.Write(line)
	}
}

func write(path string, megabytes int) *os.File {
	written, err := os.Create(path)
	block := make([]byte, 1<<20)
	for range megabytes {
		if err == nil {
			_, err = written.Write(block)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	return written
}

func file() { write("large", 20) }

func files() {
	for number := range 100 {
		write(fmt.Sprint(number), 1).Close()
	}
}

// unlinked holds files that have no name.
func unlinked() {
	var kept []*os.File
	for range 20 {
		kept = append(kept, write("nameless", 15))
		os.Remove("nameless")
	}
	time.Sleep(2 * time.Second)
	fmt.Println(len(kept))
}

// deep writes files below a path that is longer than a path can be.
func deep() {
	long := strings.Repeat("d", 250)
	for range 20 {
		if os.Mkdir(long, 0o700) != nil || syscall.Chdir(long) != nil {
			os.Exit(4)
		}
	}
	for number := range 20 {
		write(fmt.Sprint(number), 15)
	}
	time.Sleep(2 * time.Second)
}

// locked writes files in a folder that cannot be looked into.
func locked() {
	os.Mkdir("locked", 0o700)
	os.Chdir("locked")
	for number := range 20 {
		write(fmt.Sprint(number), 1)
	}
	os.Chmod(filepath.Join("..", "locked"), 0o300)
	for number := range 20 {
		write(fmt.Sprint("more", number), 15)
	}
	time.Sleep(2 * time.Second)
}

// daemon starts itself in a session of its own.
func daemon() {
	command := exec.Command(os.Args[0], "sleep")
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	fmt.Println(command.Process.Pid)
}

// children start others that use up memory, each from a thread of its own.
func children() {
	for range 3 {
		go func() {
			runtime.LockOSThread()
			fmt.Fprintln(os.Stderr, exec.Command(os.Args[0], "memory").Run())
		}()
	}
	time.Sleep(8 * time.Second)
}
