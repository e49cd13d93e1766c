package harness

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestMain plays a test binary of the grader where an order came, and runs the tests
// of this package where none did.
func TestMain(m *testing.M) {
	if os.Getenv("HARNESS_OTHER_CALLER") == "" {
		caller = "goprod.example/grader/harness.TestMain"
	}
	switch {
	case name != "":
		Run(m)
	case os.Getenv("HARNESS_WITHOUT_ORDER") != "":
		Select(nil)
	default:
		os.Exit(m.Run())
	}
}

// inner are the tests of the binary that is played.
var inner = []testing.InternalTest{
	{Name: "TestPass", F: func(*testing.T) {}},
	{Name: "TestFail", F: (*testing.T).Fail},
	{Name: "TestFatal", F: func(t *testing.T) { t.Fatal("no") }},
	{Name: "TestSkip", F: func(t *testing.T) { t.Skip() }},
	{Name: "TestSub", F: func(t *testing.T) { t.Run("sub", (*testing.T).Fail) }},
	{Name: "TestPanic", F: func(*testing.T) { panic("no") }},
	{Name: "TestGoexit", F: func(*testing.T) { runtime.Goexit() }},
	{Name: "TestExit0", F: func(*testing.T) { os.Exit(0) }},
	{Name: "TestExit1", F: func(*testing.T) { os.Exit(1) }},
	{Name: "TestNothingToSteal", F: func(t *testing.T) {
		if left, err := io.ReadAll(os.Stdin); len(left) > 0 || err != nil {
			t.Errorf("standard input still holds %q, %v", left, err)
		}
		if arguments := strings.Join(os.Args[1:], " "); strings.Contains(arguments, passNonce) {
			t.Errorf("the arguments are %s", arguments)
		}
	}},
}

// The one test that the played binary runs: the one of inner that was ordered.
func TestOrdered(t *testing.T) {
	if name == "" {
		t.Skip("no order came: this is not the played binary")
	}
	caller = "goprod.example/grader/harness.TestOrdered"
	tests := Select(slices.Clone(inner))
	caller = "goprod.example/grader/harness.TestMain"
	tests[0].F(t)
}

// play runs this binary with an order, as the grader does, and returns what came back.
func play(t *testing.T, order string) (reply, stderr string, code int) {
	t.Helper()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
	defer ours.Close()
	if _, err := ours.WriteString(order); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Shutdown(pair[0], syscall.SHUT_WR); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	binary := exec.Command(os.Args[0])
	binary.Stdin, binary.Stderr = theirs, &said
	if err := binary.Run(); err != nil && binary.ProcessState == nil {
		t.Fatal(err)
	}
	theirs.Close()
	record, err := io.ReadAll(ours)
	if err != nil {
		t.Fatal(err)
	}
	return string(record), said.String(), binary.ProcessState.ExitCode()
}

// The record is the only word of a binary, and it is a pass only for a test that
// ended, did not fail and was not skipped.
func TestRecords(t *testing.T) {
	for _, test := range []struct {
		name, result string
		code         int
	}{
		{"TestPass", "pass", 0},
		{"TestNothingToSteal", "pass", 0},
		{"TestFail", "fail", 1},
		{"TestFatal", "fail", 1},
		{"TestSub", "fail", 1},
		{"TestSkip", "fail", 0},
		{Canary, "fail", 1},
		{"TestPanic", "", 2},
		{"TestGoexit", "", 2},
		{"TestExit0", "", 2},
		{"TestExit1", "", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := ""
			if test.result != "" {
				nonce := map[string]string{"pass": "0123abcd", "fail": "4567cdef"}[test.result]
				want = fmt.Sprintf("%s %s %s\n", nonce, test.name, test.result)
			}
			reply, stderr, code := play(t, "4567cdef 0123abcd "+test.name+" -test.run=^TestOrdered$ -test.paniconexit0\n")
			if reply != want || code != test.code {
				t.Errorf("the record is %q with exit code %d; want %q and %d\n%s", reply, code, want, test.code, stderr)
			}
		})
	}
}

// An order for a test that is not there, or that is none, leaves no record.
func TestWrongOrders(t *testing.T) {
	for order, words := range map[string]string{
		"4567cdef 0123abcd TestNobody -test.run=^TestOrdered$\n": "harness: no test is called TestNobody\n",
		"4567cdef 0123abcd testpass -test.run=^TestOrdered$\n":   "harness: no test is called testpass\n",
		"4567cdef 0123abcd TestPas -test.run=^TestOrdered$\n":    "harness: no test is called TestPas\n",
	} {
		reply, stderr, code := play(t, order)
		if reply != "" || code != 2 || stderr != words {
			t.Errorf("%q: the record is %q with exit code %d, and it says %q", order, reply, code, stderr)
		}
	}
}

// Nobody but the grader's own main selects and runs tests.
func TestAnotherCaller(t *testing.T) {
	t.Setenv("HARNESS_OTHER_CALLER", "1")
	reply, stderr, code := play(t, "4567cdef 0123abcd TestPass -test.run=^TestOrdered$\n")
	if want := "harness: goprod.example/grader/harness.TestMain is not the grader\n"; reply != "" || code != 2 || stderr != want {
		t.Errorf("the record is %q with exit code %d, and it says %q", reply, code, stderr)
	}
}

// A binary that was started by anybody else says so and ends.
func TestWithoutOrder(t *testing.T) {
	t.Setenv("HARNESS_WITHOUT_ORDER", "1")
	for _, order := range []string{"", "\n", "4567cdef", "4567cdef 0123abcd"} {
		reply, stderr, code := play(t, order)
		if reply != "" || code != 2 || stderr != "harness: this binary is run by the grader alone\n" {
			t.Errorf("%q: the record is %q with exit code %d, and it says %q", order, reply, code, stderr)
		}
	}
}

// Only the ordered test is run.
func TestSelectNamesTheTest(t *testing.T) {
	defer func(oldName, oldCaller string) { name, caller = oldName, oldCaller }(name, caller)
	name, caller = "TestFail", "goprod.example/grader/harness.TestSelectNamesTheTest"
	if selected := Select(slices.Clone(inner)); len(selected) != 1 || selected[0].Name != "TestFail" {
		t.Errorf("selected are %v", selected)
	}
}
