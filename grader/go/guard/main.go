// Command guard reads an attempt and says what it refuses, and what a verdict wants
// to know of the source: functions, where locks are held, which variable a line uses.
//
// It reads a Request from standard input and writes a Report. It judges the tokens,
// the syntax tree and, where names have to be resolved, the types; it runs nothing.
package main

import (
	"encoding/json"
	"errors"
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
	Kind      string            `json:"kind"`      // the exercise's kind: "package", "tests"
	Init      bool              `json:"init"`      // whether func init is allowed
	Imports   []string          `json:"imports"`   // import paths that may be used
	Selectors []string          `json:"selectors"` // "syscall.SIGTERM": a name of another package that may be used
	Files     map[string]string `json:"files"`     // source text by file name
	Given     map[string]string `json:"given"`     // our own files of the package, which are not judged
	Importcfg string            `json:"importcfg"` // file that maps import paths to archives
}

// Report is what the guard found.
type Report struct {
	Refusals  []Refusal         `json:"refusals"`
	Functions []Function        `json:"functions"`
	Uses      map[string][]Use  `json:"uses"` // "file:line" to the variables used there
	Code      map[string]string `json:"code"` // each file without its comments
	// Error is the first error of go/parser or go/types, with its place. The compiler
	// stops at the same code; if it does not, the guard has not seen all that runs.
	Error string `json:"error"`
}

// Refusal is one broken rule, at its place. Lines and columns count from 1, columns in
// bytes; line 0 is the whole file.
type Refusal struct {
	Rule      string `json:"rule"`
	Text      string `json:"text"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndColumn int    `json:"end_column"`
}

func main() {
	if err := run(os.Stdin, os.Stdout, most); err != nil {
		fmt.Fprintln(os.Stderr, "guard:", err)
		os.Exit(1)
	}
}

// run answers one request within a budget; an attempt that exhausts it is refused.
func run(in io.Reader, out io.Writer, most budget) error {
	var request Request
	if err := json.NewDecoder(io.LimitReader(in, maxRequest)).Decode(&request); err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	report, err := within(most, func() (*Report, error) { return Inspect(request) })
	if errors.Is(err, errExhausted) {
		report, err = newReport(), nil
		rules{request: request, report: report}.exhausted()
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(report)
}

func newReport() *Report {
	return &Report{Refusals: []Refusal{}, Functions: []Function{}, Uses: map[string][]Use{}, Code: map[string]string{}}
}

// Inspect judges an attempt: first its size, then tokens and syntax, and the types of
// what has passed so far.
func Inspect(request Request) (*Report, error) {
	report := newReport()
	fset := token.NewFileSet()
	rules := rules{request: request, fset: fset, report: report}
	defer rules.finish()
	if !rules.bytes() || !rules.tokens() {
		return report, nil
	}
	var files []*ast.File
	for _, name := range sortedKeys(request.Files) {
		// A file that does not parse is the compiler's to explain; what did parse is judged.
		file, err := parser.ParseFile(fset, name, request.Files[name], parser.ParseComments|parser.SkipObjectResolution)
		report.note(err)
		files = append(files, file)
		rules.file(file, err == nil)
		rules.depth(file)
	}
	if len(report.Refusals) > 0 {
		return report, nil
	}
	archives, err := readImportcfg(request.Importcfg)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(files)
	for _, name := range sortedKeys(request.Given) {
		file, err := parser.ParseFile(fset, name, request.Given[name], parser.SkipObjectResolution)
		report.note(err)
		all = append(all, file)
	}
	info := check(fset, all, archives, report.note)
	for _, file := range files {
		rules.selectors(file, info)
		rules.reach(file, info)
		report.Functions = append(report.Functions, functions(fset, file, info)...)
		uses(fset, file, info, report.Uses)
	}
	return report, nil
}

// note keeps the first error.
func (r *Report) note(err error) {
	if err != nil && r.Error == "" {
		r.Error = cut(err.Error(), 300)
	}
}

// finish sorts the refusals by place and keeps the first of very many.
func (r rules) finish() {
	slices.SortStableFunc(r.report.Refusals, func(a, b Refusal) int {
		if a.File != b.File {
			return compare(a.File, b.File)
		}
		return compare(a.Line, b.Line)
	})
	if len(r.report.Refusals) > maxRefusals {
		r.report.Refusals = r.report.Refusals[:maxRefusals]
	}
}
