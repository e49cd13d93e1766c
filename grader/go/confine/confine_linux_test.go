package main

import (
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMain lets the test binary be confine, so that what ends a process can be tested.
func TestMain(m *testing.M) {
	if os.Getenv("BE_CONFINE") != "" {
		os.Args = append([]string{"confine"}, os.Args[1:]...)
		main()
	}
	os.Exit(m.Run())
}

// confine runs this program as confine and returns its exit code and what it said.
func confine(t *testing.T, arguments ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, complaints strings.Builder
	command := exec.Command(os.Args[0], arguments...)
	command.Env = append(os.Environ(), "BE_CONFINE=1")
	command.Stdout, command.Stderr = &out, &complaints
	err := command.Run()
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), out.String(), complaints.String()
}

// What confine cannot do ends with 125 and one line that begins with its name.
func TestFailures(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		arguments []string
		said      string
	}{
		"no program":           {nil, "confine: no program is named\n"},
		"no program after --":  {[]string{"-cpu", "1", "--"}, "confine: no program is named\n"},
		"a missing program":    {[]string{"--", "/no/such/program"}, "stat /no/such/program: no such file or directory\n"},
		"a program by name":    {[]string{"no-such-program"}, "executable file not found in $PATH\n"},
		"no ELF":               {[]string{"--", empty}, "confine: read " + empty + ": "},
		"no ELF to be like":    {[]string{"-like", empty, "/bin/true"}, "confine: read " + empty + ": "},
		"a missing bubblewrap": {[]string{"-bwrap", "/no/such/bwrap", "/bin/true"}, "confine: start bubblewrap: no such file or directory\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := confine(t, test.arguments...)
			if code != ExitConfine || !strings.HasPrefix(stderr, "confine: ") || !strings.Contains(stderr, test.said) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("it ended with %d and said %q, not with %d and %q", code, stderr, ExitConfine, test.said)
			}
		})
	}
}

// An option that there is not, or a value that is none, is told, and nothing runs.
func TestWrongOptions(t *testing.T) {
	for _, arguments := range [][]string{
		{"-no-such-option", "--", "/bin/echo", "ran"},
		{"-cpu", "many", "--", "/bin/echo", "ran"},
		{"-cpu", "-1", "--", "/bin/echo", "ran"},
		{"-disk", "", "--", "/bin/echo", "ran"},
	} {
		code, stdout, stderr := confine(t, arguments...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, arguments[0]) {
			t.Errorf("%q ended with %d, printed %q and said %q", arguments, code, stdout, stderr)
		}
	}
}

// What stands after the options is the program and its arguments, options of its own included.
func TestParse(t *testing.T) {
	p := parse([]string{"-user", "7", "-cpu=3", "-read", "/a", "-read=/b", "-socket", "/s", "-landlock", "--", "program", "-cpu", "9", "--", "x"})
	if p.user != 7 || p.limits.cpu != 3 || !p.landlock || p.filter || p.loopback || p.disk != 64<<20 {
		t.Errorf("the options are read as %+v", p)
	}
	if !slices.Equal(p.readable, []string{"/a", "/b"}) || !slices.Equal(p.sockets, []string{"/s"}) {
		t.Errorf("the paths are read as %v and %v", p.readable, p.sockets)
	}
	if want := []string{"program", "-cpu", "9", "--", "x"}; !slices.Equal(p.arguments, want) {
		t.Errorf("the program is read as %q, not %q", p.arguments, want)
	}
}

// The program that confine becomes has the limits, and what was not named stays as it was.
func TestLimits(t *testing.T) {
	code, stdout, stderr := confine(t, "-cpu", "5", "-open-files", "40", "--", "/bin/sh", "-c", "ulimit -t; ulimit -n; ulimit -c; ulimit -f; exit 3")
	outside, err := exec.Command("/bin/sh", "-c", "ulimit -f").Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "5\n40\n0\n" + string(outside); code != 3 || stdout != want {
		t.Errorf("it ended with %d, printed %q and said %q, not %q", code, stdout, stderr, want)
	}
}

// The libraries of a program are all that ldd names, and the loader; a static program has none.
func TestLibraries(t *testing.T) {
	for _, program := range []string{"/bin/ls", "/bin/sh"} {
		found, err := libraries(program)
		if err != nil {
			t.Fatal(err)
		}
		ldd, err := exec.Command("ldd", program).Output()
		if err != nil {
			t.Skip("this system has no ldd")
		}
		for line := range strings.Lines(string(ldd)) {
			name := filepath.Base(strings.Fields(line)[0])
			if strings.HasPrefix(name, "linux-vdso") {
				continue
			}
			if !slices.ContainsFunc(found, func(path string) bool { return filepath.Base(path) == name }) {
				t.Errorf("%s needs %s, which is not among %v", program, name, found)
			}
		}
		for _, path := range found {
			if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
				t.Errorf("%s is no file: %v", path, err)
			}
		}
		if unique := slices.Compact(slices.Sorted(slices.Values(found))); len(unique) != len(found) {
			t.Errorf("%v names a file twice", found)
		}
	}
}

// A program that was built without C needs nothing of the system's.
func TestLibrariesOfAStaticProgram(t *testing.T) {
	source := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	program := strings.TrimSuffix(source, ".go")
	build := exec.Command("go", "build", "-o", program, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if found, err := libraries(program); err != nil || len(found) > 0 {
		t.Errorf("a static program needs %v, %v", found, err)
	}
}

// What is no program, or needs a library that is nowhere, is told by name.
func TestLibrariesThatAreMissing(t *testing.T) {
	if _, err := libraries("/etc/passwd"); err == nil || !strings.HasPrefix(err.Error(), "read /etc/passwd: ") {
		t.Errorf("a text is read as a program: %v", err)
	}
	if _, err := library("libnowhere.so.9", elf.EM_X86_64); err == nil || !strings.HasPrefix(err.Error(), "the library libnowhere.so.9 is in none of /lib64, ") {
		t.Errorf("a missing library is told as %v", err)
	}
	if path, err := library("/absolute/loader.so", elf.EM_X86_64); err != nil || path != "/absolute/loader.so" {
		t.Errorf("a loader by its path is %s, %v", path, err)
	}
}
