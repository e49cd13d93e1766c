package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// importcfg names the archives of the packages that the tests import.
var importcfg string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "guard")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		format := "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"
		list, err := exec.Command("go", "list", "-deps", "-export", "-f", format, "fmt", "os", "sync", "syscall").Output()
		if err != nil {
			panic(err)
		}
		importcfg = filepath.Join(folder, "importcfg")
		if err := os.WriteFile(importcfg, list, 0o600); err != nil {
			panic(err)
		}
		return m.Run()
	}())
}

// inspect inspects one file of a package that may import fmt and sync, and of os and
// syscall three names.
func inspect(t *testing.T, source string) *Report {
	t.Helper()
	report, err := Inspect(Request{
		Package:   "till",
		Imports:   []string{"fmt", "sync"},
		Selectors: []string{"syscall.SIGTERM", "syscall.Signal", "os.Stdout"},
		Files:     map[string]string{"till.go": source},
		Importcfg: importcfg,
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name, source string
		want         []string // rule:line:column-endcolumn
	}{
		{"nothing", "package till\n\nimport \"fmt\"\n\nvar _ = fmt.Sprint\n", nil},
		{"an import", "package till\n\nimport \"os/exec\"\n", []string{"import:3:8-17"}},
		{"a renamed import", "package till\n\nimport f \"os/exec\"\n", []string{"import:3:10-19"}},
		{"an import for its effects", "package till\n\nimport _ \"os/exec\"\n", []string{"import:3:10-19"}},
		{"a raw import", "package till\n\nimport `os/exec`\n", []string{"import:3:8-17"}},
		{"an escaped import", "package till\n\nimport \"uns\\x61fe\"\n", []string{"import:3:8-19"}},
		{"two imports", "package till\n\nimport (\n\t\"unsafe\"\n\t\"C\"\n)\n", []string{"import:4:2-10", "import:5:2-5"}},
		{"cgo", "package till\n\n// #include <stdio.h>\nimport \"C\"\n", []string{"import:4:8-11"}},
		{"a directive", "package till\n\n//go:norace\nfunc f() {}\n", []string{"directive:3:1-12"}},
		{"a linkname", "package till\n\nvar x int //go:linkname x main.tests\n", []string{"directive:3:11-37"}},
		{"a line comment", "package till\n\n//line x.go:1\nfunc f() {}\n", []string{"directive:3:1-14"}},
		{"a line comment inside", "package till\n\nvar x = /*line x.go:1*/ 1\n", []string{"directive:3:9-24"}},
		{"a build tag", "//go:build !race\n\npackage till\n", []string{"directive:1:1-17"}},
		{"an old build tag", "// +build !race\n\npackage till\n", []string{"directive:1:1-16"}},
		{"an embedded file", "package till\n\n//go:embed x_test.go\nvar x string\n", []string{"directive:3:1-21"}},
		{"a directive below what does not parse", "package till\n\nfunc {\n//go:nosplit\n", []string{"directive:4:1-13"}},
		{"no directive", "package till\n\n// go:norace, and //go:norace\nvar x = \"//go:norace\" + `\n//go:norace\n`\n", nil},
		{"another package", "package tills\n", []string{"package:1:9-14"}},
		{"the tests' package", "package till_test\n", []string{"package:1:9-18"}},
		{"no package", "func f() {}\n", nil},
		{"no Go", "hello\n", nil},
		{"nothing at all", "", nil},
		{"a function without a body", "package till\n\nfunc f()\n", []string{"bodyless:3:6-7"}},
		{"init", "package till\n\nfunc init() {}\n", []string{"init:3:6-10"}},
		{"a method called init", "package till\n\ntype t int\n\nfunc (t) init() {}\n", nil},
		{"TestMain", "package till\n\nfunc TestMain() {}\n", []string{"testmain:3:6-14"}},
		{"an allowed selector", "package till\n\nimport \"syscall\"\n\nvar _ = syscall.SIGTERM\n", nil},
		{"another selector", "package till\n\nimport \"syscall\"\n\nvar _ = syscall.Kill\n", []string{"selector:5:9-21"}},
		{"a renamed package", "package till\n\nimport s \"syscall\"\n\nvar _, _ = s.SIGTERM, s.Kill\n", []string{"selector:5:23-29"}},
		{"a dot import", "package till\n\nimport . \"syscall\"\n\nvar _ = Kill\n", []string{"import:3:10-19"}},
		{"a method of an allowed value", "package till\n\nimport \"syscall\"\n\nvar _ = syscall.SIGTERM.String()\n", nil},
		{"a method of a variable", "package till\n\nimport \"os\"\n\nvar out = os.Stdout\n\nvar _, _ = out.Write(nil)\n", nil},
		{"a variable that hides a package", "package till\n\nfunc f(os struct{ Exit int }) int { return os.Exit }\n", nil},
		{"a package within a function", "package till\n\nimport \"os\"\n\nfunc f() { defer func() { os.Exit(0) }() }\n", []string{"selector:5:27-34"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, r := range inspect(t, test.source).Refusals {
				got = append(got, fmt.Sprintf("%s:%d:%d-%d", r.Rule, r.Line, r.Column, r.EndColumn))
				if r.File != "till.go" || !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, "``") {
					t.Errorf("the refusal is %+v", r)
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("refused is %v; want %v", got, test.want)
			}
		})
	}
}

func TestWordsOfRefusals(t *testing.T) {
	for source, want := range map[string]string{
		"package till\n\nimport \"os/exec\"\n":                         "`os/exec` is not on the list of packages for this exercise.",
		"package till\n\nimport \"unsafe\"\n":                          "`unsafe` steps around Go's types, which no exercise needs.",
		"package tills\n":                                              "The package is called `tills` here; its tests know it as `till`.",
		"package till\n\nimport \"syscall\"\n\nvar _ = syscall.Kill\n": "Of `syscall` this exercise may use `SIGTERM`, `Signal`, and not `Kill`.",
	} {
		if refusals := inspect(t, source).Refusals; len(refusals) != 1 || refusals[0].Text != want {
			t.Errorf("%q: refused is %+v; want %q", source, refusals, want)
		}
	}
}

// Code is what is left without comments; every line stays where it was, and what
// looks like a comment in a string stays.
func TestCodeWithoutComments(t *testing.T) {
	source := "// a\npackage till // b\n\n/* c\nd */ var x = \"// e\" + `\n/* f */\n`\n"
	want := "    \npackage till     \n\n    \n     var x = \"// e\" + `\n/* f */\n`\n"
	if got := inspect(t, source).Code["till.go"]; got != want {
		t.Errorf("the code is %q; want %q", got, want)
	}
}

const counter = `package till

import "sync"

type Till struct {
	mu  sync.RWMutex
	sum int
}

func (t *Till) Whole() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum++
}

func (t *Till) Part() int {
	t.mu.RLock()
	n := t.sum
	t.mu.RUnlock()
	return n + t.sum
}

func (t *Till) Early(n int) {
	t.mu.Lock()
	if n == 0 {
		t.mu.Unlock()
		return
	}
	t.sum += n
	t.mu.Unlock()
}

func (t *Till) Branch(n int) {
	if n == 0 {
		t.mu.Lock()
	}
	t.sum += n
}

func (t *Till) Try() {
	if t.mu.TryLock() {
		t.mu.Unlock()
	}
}

func (t *Till) Inside() {
	go func() {
		t.mu.Lock()
		t.sum++
		t.mu.Unlock()
	}()
}

func Plain(a, b int) int { return a + b }

func (t Till) Value() {}
`

func TestFunctionsAndLocks(t *testing.T) {
	var got []string
	for _, f := range inspect(t, counter).Functions {
		text := fmt.Sprintf("%s %d-%d", f.Name, f.Start, f.End)
		for _, lock := range f.Locks {
			text += fmt.Sprintf(" %s %d-%d", lock.Lock, lock.Line, lock.To)
		}
		if f.Unclear {
			text += " unclear"
		}
		got = append(got, text)
	}
	want := []string{
		"(*Till).Whole 10-14 t.mu 11-14",
		"(*Till).Part 16-21 t.mu 17-19",
		"(*Till).Early 23-31 t.mu 24-30",
		"(*Till).Branch 33-38 unclear",
		"(*Till).Try 40-44 unclear",
		"(*Till).Inside 46-52",
		"(*Till).Inside.func1 47-51 t.mu 48-50",
		"Plain 54-54",
		"Till.Value 56-56",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the functions are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Two lines that use one variable name it as each writes it, and agree on where it is
// declared; locks are no variables of interest.
func TestUses(t *testing.T) {
	uses := inspect(t, counter+"\nvar till Till\n\nfunc Sold() int { return till.sum }\n").Uses
	find := func(line, text string) string {
		for _, use := range uses[line] {
			if use.Text == text {
				return use.Declared
			}
		}
		return "nowhere"
	}
	if a, b := find("till.go:13", "t.sum"), find("till.go:60", "till.sum"); a != "till.go:7:2" || a != b {
		t.Errorf("t.sum is declared at %s, till.sum at %s", a, b)
	}
	if at := find("till.go:11", "t.mu"); at != "nowhere" {
		t.Errorf("the lock is noted, as declared at %s", at)
	}
}

// What does not compile is not the guard's to tell, but what did parse is judged.
func TestCodeThatDoesNotCompile(t *testing.T) {
	for _, source := range []string{
		"package till\n\nfunc f() { return undefined.x + }\n",
		"package till\n\nimport \"fmt\"\n\nfunc f() int { return fmt.Nothing }\n",
		"package till\n\nfunc f() {",
		"package till\n\ntype t struct { t }\n",
		"package till\n" + strings.Repeat("(", 200_000),
		"package till\n\nvar x = `",
	} {
		if refusals := inspect(t, source).Refusals; len(refusals) != 0 {
			t.Errorf("%.60q: refused is %+v", source, refusals)
		}
	}
}

// Several files are judged in the order of their names.
func TestSeveralFiles(t *testing.T) {
	report, err := Inspect(Request{Package: "till", Importcfg: importcfg, Files: map[string]string{
		"b.go": "package till\n\nfunc init() {}\n\nfunc init() {}\n",
		"a.go": "package till\n\nfunc init() {}\n",
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range report.Refusals {
		got = append(got, fmt.Sprintf("%s:%d", r.File, r.Line))
	}
	if want := []string{"a.go:3", "b.go:3", "b.go:5"}; !reflect.DeepEqual(got, want) {
		t.Errorf("refused is %v; want %v", got, want)
	}
}

// The command reads a request and writes a report, in which no list is null.
func TestRun(t *testing.T) {
	request, err := json.Marshal(Request{Package: "till", Files: map[string]string{"till.go": "package till\n"}, Importcfg: importcfg})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(bytes.NewReader(request), &out); err != nil {
		t.Fatal(err)
	}
	want := `{"refusals":[],"functions":[],"uses":{},"code":{"till.go":"package till\n"}}` + "\n"
	if out.String() != want {
		t.Errorf("the report is %s; want %s", out.String(), want)
	}
}

func TestRunFails(t *testing.T) {
	for request, words := range map[string]string{
		"":                            "read the request",
		"{":                           "read the request",
		`{"importcfg": "/not/there"}`: "read the importcfg",
	} {
		if err := run(strings.NewReader(request), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", request, err)
		}
	}
}
