package main

import (
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// variants are the answers of the course, if it is there.
func variants(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, folder := range []string{"*", "*/broken", "*/wrong/*", "*/accept/*"} {
		names, err := filepath.Glob("../../../course/phases/03-concurrency/" + folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, "_test.go") {
				all = append(all, string(source))
			}
		}
	}
	return all
}

// anything allows what is known, of os and syscall a part, and the package that the source names.
func anything(source string) Request {
	request := Request{
		Kind: "package", Package: "till", Imports: known, Selectors: []string{"os.Stdout", "syscall.SIGTERM"},
		Files: map[string]string{"till.go": source}, Importcfg: importcfg,
	}
	request.Imports = without(known, "os", "syscall")
	if file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.PackageClauseOnly); err == nil {
		request.Package = file.Name.Name
	}
	return request
}

func without(all []string, names ...string) []string {
	var rest []string
	for _, each := range all {
		if !strings.Contains(strings.Join(names, " "), each) {
			rest = append(rest, each)
		}
	}
	return rest
}

// Whatever the source, the guard answers and points into the file; and what it
// refuses, it refuses with white space or a comment added elsewhere too.
func FuzzInspect(f *testing.F) {
	for i, source := range variants(f) {
		f.Add(source, uint(i))
	}
	for i, source := range []string{
		"package till\n\nimport o \"os\"\n\nfunc f() { os := o.Exit; os(0) }\n",
		"package till\n\nimport . \"syscall\"\n\nvar _ = Kill\n",
		"package till\n\n//go:linkname x main.tests\nvar x int /*line x.go:1*/\n",
		"// +build !race\n\npackage till\n\nfunc f()\n\nfunc init() {}\n",
		"package till\n\nimport \"C\"\n\nfunc Test世界() {}\n\nfunc TestMain() {}\n",
		"package till // \u202e\n\nvar \u3164 = \"\u200b\" + `\r`\n",
		"package till\n\ntype p[A any] struct{ a A }\n\nfunc (p[A]) init() {}\n\nvar _ = p[p[int]]{}.a.a\n",
		"package till\n\nimport \"sync\"\n\nfunc f(m *sync.Mutex) { m.Lock(); defer func() { m.Unlock() }() }\n",
	} {
		f.Add(source, uint(i))
	}
	f.Fuzz(func(t *testing.T, source string, place uint) {
		report, err := Inspect(anything(source))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(source, "\n")
		for _, r := range report.Refusals {
			if r.Line == 0 && r.Rule == "size" {
				continue
			}
			if r.Line < 1 || r.Line > len(lines) || r.Column < 1 || r.EndColumn < r.Column || r.EndColumn > len(lines[r.Line-1])+1 {
				t.Errorf("%+v is not in the file", r)
			}
			if strings.Count(r.Text, "`")%2 != 0 || !strings.HasSuffix(r.Text, ".") {
				t.Errorf("the sentence is %q", r.Text)
			}
		}
		if len(report.Refusals) == 0 {
			return
		}
		for _, added := range []string{" ", "/* a comment */"} {
			changed, ok := add(source, added, place)
			if again, err := Inspect(anything(changed)); ok && (err != nil || len(again.Refusals) == 0) {
				t.Errorf("%q is refused for %+v, and with %q added it is not:\n%s", source, report.Refusals, added, changed)
			}
		}
	})
}

// add puts text before one of the tokens, if they are all sound.
func add(source, text string, place uint) (changed string, ok bool) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(source))
	s.Init(file, []byte(source), func(token.Position, string) {}, scanner.ScanComments)
	var starts []int
	for pos, tok, _ := s.Scan(); tok != token.EOF; pos, tok, _ = s.Scan() {
		starts = append(starts, file.Offset(pos))
	}
	if len(starts) == 0 || s.ErrorCount > 0 {
		return "", false
	}
	at := starts[place%uint(len(starts))]
	return source[:at] + text + source[at:], true
}

// What the compiler takes, the guard reads without an error: nothing that runs is unseen.
func TestVariantsAreRead(t *testing.T) {
	for _, source := range variants(t) {
		report := inspect(t, anything(source))
		if len(report.Refusals) == 0 && report.Error != "" {
			t.Errorf("%s of\n%.300s", report.Error, source)
		}
	}
}
