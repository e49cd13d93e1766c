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

// known is what the tests can import.
var known = []string{
	"bufio", "bytes", "cmp", "context", "encoding/json", "errors", "fmt", "io", "iter", "log/slog", "maps", "os", "reflect", "runtime/debug",
	"slices", "sort", "strconv", "strings", "sync", "sync/atomic", "syscall", "testing", "time",
}

// importcfg names the archives of the packages that the tests import.
var importcfg string

func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_GUARD") != "" {
		if err := run(os.Stdin, os.Stdout, small); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "guard")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		format := "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"
		list, err := exec.Command("go", append([]string{"list", "-deps", "-export", "-f", format}, known...)...).Output()
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

// till is a request of one file of a package that may import fmt, sync and testing, and
// of os and syscall three names.
func till(source string) Request {
	return Request{
		Package:   "till",
		Kind:      "package",
		Imports:   []string{"fmt", "sync", "testing"},
		Selectors: []string{"syscall.SIGTERM", "syscall.Signal", "os.Stdout"},
		Files:     map[string]string{"till.go": source},
		Importcfg: importcfg,
	}
}

func inspect(t *testing.T, request Request) *Report {
	t.Helper()
	report, err := Inspect(request)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// places are a report's refusals as RULE:LINE:COLUMN-END.
func places(report *Report) []string {
	var all []string
	for _, r := range report.Refusals {
		all = append(all, fmt.Sprintf("%s:%d:%d-%d", r.Rule, r.Line, r.Column, r.EndColumn))
	}
	return all
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
		{"an export", "package till\n\n//export f\nfunc f() {}\n", []string{"directive:3:1-11"}},
		{"a directive with carriage returns", "package till\n\n//g\ro:norace\r\nfunc f() {}\n", []string{"directive:3:1-13", "hidden-character:3:4-5"}},
		{"a build tag without a space", "//+build !race\n\npackage till\n", []string{"directive:1:1-15"}},
		{"a build tag with spaces", "//  \t+build !race\n\npackage till\n", []string{"directive:1:1-18"}},
		{"no directive", "package till\n\n// go:norace, and //go:norace\n//lines and //exports, +build\n/*linear*/\nvar x = \"//go:norace\" + `\n//go:norace\n`\n", nil},
		{"another package", "package tills\n", []string{"package:1:9-14"}},
		{"the tests' package", "package till_test\n", []string{"package:1:9-18"}},
		{"no package", "func f() {}\n", nil},
		{"no Go", "hello\n", nil},
		{"nothing at all", "", nil},
		{"a function without a body", "package till\n\nfunc f()\n", []string{"bodyless:3:6-7"}},
		{"init", "package till\n\nfunc init() {}\n", []string{"init:3:6-10"}},
		{"half an init", "package till\n\nfunc init()\n", []string{"bodyless:3:6-10", "init:3:6-10"}},
		{"a method called init", "package till\n\ntype t int\n\nfunc (t) init() {}\n", nil},
		{"TestMain", "package till\n\nfunc TestMain() {}\n", []string{"testmain:3:6-14"}},
		{"a test", "package till\n\nfunc TestF() {}\n", []string{"test-function:3:6-11"}},
		{"a test of all", "package till\n\nfunc Test() {}\n", []string{"test-function:3:6-10"}},
		{"a test in another script", "package till\n\nfunc Test世界() {}\n", []string{"test-function:3:6-16"}},
		{"a benchmark", "package till\n\nfunc Benchmark_f() {}\n", []string{"test-function:3:6-17"}},
		{"a fuzz test", "package till\n\nfunc Fuzz1() {}\n", []string{"test-function:3:6-11"}},
		{"an example", "package till\n\nfunc ExampleF() {}\n", []string{"test-function:3:6-14"}},
		{"no test", "package till\n\ntype t int\n\nfunc (t) TestF() {}\nfunc (t) TestMain() {}\nfunc Testify() {}\nfunc Examples() {}\nfunc testF() {}\nvar TestG = Testify\n", nil},
		{"an allowed selector", "package till\n\nimport \"syscall\"\n\nvar _ = syscall.SIGTERM\n", nil},
		{"another selector", "package till\n\nimport \"syscall\"\n\nvar _ = syscall.Kill\n", []string{"selector:5:9-21"}},
		{"a renamed package", "package till\n\nimport s \"syscall\"\n\nvar _, _ = s.SIGTERM, s.Kill\n", []string{"selector:5:23-29"}},
		{"a dot import", "package till\n\nimport . \"syscall\"\n\nvar _ = Kill\n", []string{"dot-import:3:8-19"}},
		{"a dot import of testing", "package till\n\nimport . \"testing\"\n", []string{"dot-import:3:8-19"}},
		{"a dot import of a package that is allowed", "package till\n\nimport . \"fmt\"\n\nvar _ = Sprint\n", nil},
		{"a selector over two lines", "package till\n\nimport \"syscall\"\n\nvar _ = syscall.\n\tKill\n", []string{"selector:5:9-17"}},
		{"a method of an allowed value", "package till\n\nimport \"syscall\"\n\nvar _ = syscall.SIGTERM.String()\n", nil},
		{"a method of a variable", "package till\n\nimport \"os\"\n\nvar out = os.Stdout\n\nvar _, _ = out.Write(nil)\n", nil},
		{"a variable that hides a package", "package till\n\nfunc f(os struct{ Exit int }) int { return os.Exit }\n", nil},
		{"a variable called like the package", "package till\n\nimport o \"os\"\n\nfunc f() { os := o.Exit; os(0) }\n", []string{"selector:5:18-24"}},
		{"a type of the package", "package till\n\nimport \"os\"\n\ntype f = os.File\n\ntype g struct{ *os.File }\n", []string{"selector:5:10-17", "selector:7:17-24"}},
		{"a type parameter's bound", "package till\n\nimport \"os\"\n\nfunc f[T os.File](x T) {}\n", []string{"selector:5:10-17"}},
		{"a package within a function", "package till\n\nimport \"os\"\n\nfunc f() { defer func() { os.Exit(0) }() }\n", []string{"selector:5:27-34"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			report := inspect(t, till(test.source))
			for _, r := range report.Refusals {
				if r.File != "till.go" || !strings.HasSuffix(r.Text, ".") || strings.Contains(r.Text, "``") {
					t.Errorf("the refusal is %+v", r)
				}
			}
			if got := places(report); !reflect.DeepEqual(got, test.want) {
				t.Errorf("refused is %v; want %v", got, test.want)
			}
		})
	}
}

func TestWordsOfRefusals(t *testing.T) {
	for source, want := range map[string]string{
		"package till\n\nimport \"os/exec\"\n":                         "`os/exec` is not on the list of packages for this exercise.",
		"package till\n\nimport \"unsafe\"\n":                          "`unsafe` steps around Go's types, which no exercise needs.",
		"package till\n\nimport \"a`\\nb\"\n":                          "`a\ufffd\ufffdb` is not on the list of packages for this exercise.",
		"package till\n\n//go:" + strings.Repeat("x", 99) + "\n":       "`//go:" + strings.Repeat("x", 54) + "…` speaks to the compiler, and no exercise needs it.",
		"package till\n\nimport . \"os\"\n":                            "The dot hides which names come from `os`. Import it without the dot.",
		"package till\n\nfunc FuzzBox() {}\n":                          "`FuzzBox` is a test by its name, and the tests of this exercise are given. Call it otherwise.",
		"package tills\n":                                              "The package is called `tills` here; its tests know it as `till`.",
		"package till\n\nimport \"syscall\"\n\nvar _ = syscall.Kill\n": "Of `syscall` this exercise may use `SIGTERM`, `Signal`, and not `Kill`.",
	} {
		if refusals := inspect(t, till(source)).Refusals; len(refusals) != 1 || refusals[0].Text != want {
			t.Errorf("%q: refused is %+v; want %q", source, refusals, want)
		}
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
	for _, f := range inspect(t, till(counter)).Functions {
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
	uses := inspect(t, till(counter+"\nvar till Till\n\nfunc Sold() int { return till.sum }\n")).Uses
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

// What a manifest allows of its exercise: init, and the tests of a test answer.
func TestWhatAManifestAllows(t *testing.T) {
	source := "package till\n\nfunc init() {}\n\nfunc TestF() {}\n\nfunc TestMain() {}\n"
	for _, test := range []struct {
		kind string
		init bool
		want []string
	}{
		{"package", false, []string{"init:3:6-10", "test-function:5:6-11", "testmain:7:6-14"}},
		{"package", true, []string{"test-function:5:6-11", "testmain:7:6-14"}},
		{"tests", true, []string{"testmain:7:6-14"}},
	} {
		request := till(source)
		request.Kind, request.Init = test.kind, test.init
		if got := places(inspect(t, request)); !reflect.DeepEqual(got, test.want) {
			t.Errorf("of kind %s refused is %v; want %v", test.kind, got, test.want)
		}
	}
}

// No manifest allows cgo, unsafe and embed; a package that it names whole is not
// narrowed by a selector.
func TestWhatNoManifestAllows(t *testing.T) {
	request := till("package till\n\nimport (\n\t\"C\"\n\t\"unsafe\"\n\t\"embed\"\n)\n")
	request.Imports = []string{"C", "unsafe", "embed"}
	if got, want := places(inspect(t, request)), []string{"import:4:2-5", "import:5:2-10", "import:6:2-9"}; !reflect.DeepEqual(got, want) {
		t.Errorf("refused is %v; want %v", got, want)
	}
	request = till("package till\n\nimport . \"os\"\n\nvar _ = Exit\n")
	request.Imports = []string{"os"}
	if got := places(inspect(t, request)); got != nil {
		t.Errorf("refused is %v", got)
	}
}

// What does not compile is not the guard's to tell, but what did parse is judged.
func TestCodeThatDoesNotCompile(t *testing.T) {
	for _, source := range []string{
		"package till\n\nfunc f() { return undefined.x + }\n",
		"package till\n\nimport \"fmt\"\n\nfunc f() int { return fmt.Nothing }\n",
		"package till\n\nfunc f() {",
		"package till\n\ntype t struct { t }\n",
		"package till\n" + strings.Repeat("(", 20_000),
		"package till\n\nvar x = `",
	} {
		report := inspect(t, till(source))
		if len(report.Refusals) != 0 {
			t.Errorf("%.60q: refused is %+v", source, report.Refusals)
		}
		if report.Error == "" {
			t.Errorf("%.60q: no error is noted", source)
		}
	}
}

// Given files complete the types and are not judged.
func TestGivenFiles(t *testing.T) {
	request := till("package till\n\nvar Box = open()\n")
	request.Given = map[string]string{"given.go": "package till\n\nimport \"os\"\n\nfunc init() {}\n\nfunc open() *os.File { return os.Stdin }\n"}
	if report := inspect(t, request); len(report.Refusals) != 0 || report.Error != "" {
		t.Errorf("refused is %v, the error %q", report.Refusals, report.Error)
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
	if err := run(bytes.NewReader(request), &out, most); err != nil {
		t.Fatal(err)
	}
	want := `{"refusals":[],"functions":[],"uses":{},"code":{"till.go":"package till\n"},"error":""}` + "\n"
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
		if err := run(strings.NewReader(request), &bytes.Buffer{}, most); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: the error is %v", request, err)
		}
	}
}
