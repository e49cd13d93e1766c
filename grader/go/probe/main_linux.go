// Command probe tries, from inside a sandbox, what a sandbox must not let through.
//
// It is built with -race and ends as a race does, so that a rung which breaks the race
// detector is found out too. Its argument names a file that it must not be able to
// read. It prints one line for each thing that got through.
package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	secret := os.Args[1]
	for _, attempt := range []struct {
		got string
		try func() error
	}{
		{"read a file outside", func() error { _, err := os.ReadFile(secret); return err }},
		{"list a folder outside", func() error { _, err := os.ReadDir("/etc"); return err }},
		{"write a file outside", func() error { return os.WriteFile(secret+".written", nil, 0o600) }},
		{"open a TCP socket", func() error { return closed(net.Listen("tcp4", "127.0.0.1:0")) }},
		{"open a UDP socket", func() error { return closed(net.ListenPacket("udp4", "127.0.0.1:0")) }},
		{"start a process", func() error { return exec.Command(os.Args[0], secret).Run() }},
		{"signal its parent", func() error { return syscall.Kill(os.Getppid(), 0) }},
	} {
		if attempt.try() == nil {
			fmt.Println(attempt.got)
		}
	}
	race()
}

func closed[T interface{ Close() error }](socket T, err error) error {
	if err == nil {
		socket.Close()
	}
	return err
}

// race ends the process with the exit code of GORACE.
func race() {
	var shared int
	done := make(chan bool)
	for range 2 {
		go func() { shared++; done <- true }()
	}
	<-done
	<-done
	fmt.Println("race without being caught:", shared)
}
