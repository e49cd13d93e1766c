// Command guard reads an attempt and says what it refuses, and what a verdict wants
// to know of the source: functions, where locks are held, which variable a line uses.
//
// It reads a Request from standard input and writes a Report. It judges the syntax
// tree and, where names have to be resolved, the types; it runs nothing.
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"slices"
)

// Request is an attempt and what its exercise allows.
type Request struct {
	Package   string            `json:"package"`   // the package clause of every file
	Imports   []string          `json:"imports"`   // import paths that may be used
	Selectors []string          `json:"selectors"` // "syscall.SIGTERM": a name of another package that may be used
	Files     map[string]string `json:"files"`     // source text by file name
	Importcfg string            `json:"importcfg"` // file that maps import paths to archives
}

// Report is what the guard found.
type Report struct {
	Refusals  []Refusal         `json:"refusals"`
	Functions []Function        `json:"functions"`
	Uses      map[string][]Use  `json:"uses"` // "file:line" to the variables used there
	Code      map[string]string `json:"code"` // each file without its comments
}

// Refusal is one broken rule, at its place.
type Refusal struct {
	Rule      string `json:"rule"`
	Text      string `json:"text"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndColumn int    `json:"end_column"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var request Request
	if err := json.NewDecoder(in).Decode(&request); err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	report, err := Inspect(request)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(report)
}

// Inspect judges an attempt.
func Inspect(request Request) (*Report, error) {
	report := &Report{Refusals: []Refusal{}, Functions: []Function{}, Uses: map[string][]Use{}, Code: map[string]string{}}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range sortedKeys(request.Files) {
		source := []byte(request.Files[name])
		report.Code[name] = withoutComments(source)
		// A file that does not parse is the compiler's to explain; what did parse is judged.
		file, err := parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
		files = append(files, file)
		rules := rules{request: request, fset: fset, report: report}
		rules.directives(name, source)
		rules.file(file, err == nil)
	}
	if len(report.Refusals) > 0 {
		sortRefusals(report.Refusals)
		return report, nil
	}
	archives, err := readImportcfg(request.Importcfg)
	if err != nil {
		return nil, err
	}
	info := check(fset, files, archives)
	rules := rules{request: request, fset: fset, report: report}
	for _, file := range files {
		rules.selectors(file, info)
		report.Functions = append(report.Functions, functions(fset, file, info)...)
		uses(fset, file, info, report.Uses)
	}
	sortRefusals(report.Refusals)
	return report, nil
}

func sortRefusals(refusals []Refusal) {
	slices.SortStableFunc(refusals, func(a, b Refusal) int {
		if a.File != b.File {
			return compare(a.File, b.File)
		}
		return compare(a.Line, b.Line)
	})
}
