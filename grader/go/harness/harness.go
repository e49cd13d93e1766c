// Package harness runs one test of a test binary and tells the grader, and nobody
// else, how it ended.
//
// Standard input is a socket. The grader sends a nonce and the test's name and
// shuts its side; the harness answers with one record that repeats the nonce.
// Every package of the attempt imports the harness, so that its init, which reads
// the nonce, runs before any code of the learner's can.
package harness

import (
	"io"
	"os"
	"strings"
	"testing"
)

// Canary names a test that every binary has and that must fail: a grader that is
// told it passed knows that the binary lies.
const Canary = "TestCanary"

var nonce, name = receive()

// receive takes the grader's order, "NONCE TEST FLAG…", and leaves nothing to read.
// Without an order there is no test to select.
func receive() (nonce, name string) {
	order, err := io.ReadAll(os.Stdin)
	words := strings.Fields(string(order))
	if err != nil || len(words) < 2 {
		return "", ""
	}
	os.Args = append(os.Args[:1:1], words[2:]...)
	return words[0], words[1]
}

// Select returns the one test that the grader asked for, made to report itself.
func Select(tests []testing.InternalTest) []testing.InternalTest {
	for _, test := range append(tests, testing.InternalTest{Name: Canary, F: (*testing.T).Fail}) {
		if test.Name == name {
			return []testing.InternalTest{{Name: name, F: func(t *testing.T) {
				defer func() {
					if t.Failed() || t.Skipped() {
						failed++
					} else {
						passed++
					}
				}()
				test.F(t)
			}}}
		}
	}
	problem := "no test is called " + name
	if name == "" {
		problem = "this binary is run by the grader alone"
	}
	os.Stderr.WriteString("harness: " + problem + "\n")
	os.Exit(2)
	return nil
}

var passed, failed int // runs of the test: several with -test.count

// Run runs the selected test, writes the record and ends the process.
func Run(m *testing.M) {
	code := m.Run()
	result := "fail"
	switch {
	case passed > 0 && failed > 0:
		result = "mixed"
	case passed > 0 && code == 0:
		result = "pass"
	}
	io.WriteString(os.Stdin, nonce+" "+name+" "+result+"\n")
	os.Exit(code)
}
