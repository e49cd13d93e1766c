package main

import (
	"flag"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// limits are the kernel's for one process; 0 leaves one as it is.
type limits struct {
	addressSpace, cpu, fileSize, openFiles, processes uint64
}

func (l *limits) define(flags *flag.FlagSet) {
	flags.Uint64Var(&l.addressSpace, "address-space", 0, "bytes")
	flags.Uint64Var(&l.cpu, "cpu", 0, "seconds of processor time")
	flags.Uint64Var(&l.fileSize, "file-size", 0, "bytes of one file")
	flags.Uint64Var(&l.openFiles, "open-files", 0, "number")
	flags.Uint64Var(&l.processes, "processes", 0, "processes and threads of the user, or of bubblewrap's")
}

func (l *limits) set() error {
	for _, limit := range []struct {
		name     string
		resource int
		value    uint64
	}{
		{"address-space", unix.RLIMIT_AS, l.addressSpace},
		{"cpu", unix.RLIMIT_CPU, l.cpu},
		{"file-size", unix.RLIMIT_FSIZE, l.fileSize},
		{"open-files", unix.RLIMIT_NOFILE, l.openFiles},
		{"processes", unix.RLIMIT_NPROC, l.processes},
	} {
		if limit.value == 0 {
			continue
		}
		if err := syscall.Setrlimit(limit.resource, &syscall.Rlimit{Cur: limit.value, Max: limit.value}); err != nil {
			return fmt.Errorf("limit %s to %d: %w", limit.name, limit.value, err)
		}
	}
	return syscall.Setrlimit(unix.RLIMIT_CORE, &syscall.Rlimit{})
}
