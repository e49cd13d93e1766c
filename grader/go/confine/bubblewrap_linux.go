package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// inside is where the program stands in bubblewrap.
const inside = "/program"

// inBubblewrap becomes bubblewrap, which becomes the program in namespaces of its own.
func (p *plan) inBubblewrap(program string, files []string) error {
	filter, err := assembled(p.policy(1)) // as process 1 of its namespace
	if err != nil {
		return fmt.Errorf("seccomp: %w", err)
	}
	filterFile, err := inherited(filter)
	if err != nil {
		return err
	}
	environ, err := inherited([]byte(strings.Join(os.Environ(), "\x00") + "\x00"))
	if err != nil {
		return err
	}
	arguments := []string{
		p.bwrap,
		"--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
		"--disable-userns", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox",
		"--die-with-parent", "--as-pid-1", "--seccomp", filterFile,
	}
	for _, file := range append(files, p.sockets...) {
		arguments = append(arguments, "--ro-bind", file, file)
	}
	arguments = append(arguments,
		"--ro-bind", program, inside, "--dev-bind", "/dev/null", "/dev/null",
		// The race runtime reads GORACE there, and its own name. Nothing else of /proc exists.
		"--ro-bind-data", environ, "/proc/self/environ", "--symlink", inside, "/proc/self/exe",
		"--size", strconv.FormatInt(p.disk, 10), "--tmpfs", "/tmp", "--chdir", "/tmp", "--remount-ro", "/", "--", inside,
	)
	return fmt.Errorf("start bubblewrap: %w", syscall.Exec(p.bwrap, append(arguments, p.arguments[1:]...), os.Environ()))
}

// inherited returns the number of a file that holds data and that bubblewrap inherits.
func inherited(data []byte) (string, error) {
	fd, err := unix.MemfdCreate("confine", 0)
	if err != nil {
		return "", fmt.Errorf("file in memory: %w", err)
	}
	if _, err := unix.Write(fd, data); err != nil {
		return "", fmt.Errorf("file in memory: %w", err)
	}
	_, err = unix.Seek(fd, 0, 0)
	return strconv.Itoa(fd), err
}
