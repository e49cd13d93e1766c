package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// rules refuses what no exercise needs.
type rules struct {
	request Request
	fset    *token.FileSet
	report  *Report
}

// refuse notes a broken rule at a stretch of source, or at its first line if it is longer.
func (r rules) refuse(rule string, from, to token.Pos, text string, args ...any) {
	file := r.fset.File(from)
	start, end := file.PositionFor(from, false), file.PositionFor(min(to, file.Pos(file.Size())), false)
	if end.Line != start.Line {
		end.Column = start.Column + int(file.LineStart(start.Line+1)-from) - 1
	}
	r.report.Refusals = append(r.report.Refusals, Refusal{
		Rule: rule, Text: fmt.Sprintf(text, args...),
		File: start.Filename, Line: start.Line, Column: start.Column, EndColumn: end.Column,
	})
}

// file judges what the syntax alone shows, as far as the file parses.
func (r rules) file(file *ast.File, parses bool) {
	if name := file.Name.Name; name != "" && name != "_" && name != r.request.Package { // else the compiler says it
		r.refuse("package", file.Name.Pos(), file.Name.End(),
			"The package is called `%s` here; its tests know it as `%s`.", quote(name), r.request.Package)
	}
	for _, spec := range file.Imports {
		r.imported(spec)
	}
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		name, from, to := function.Name.Name, function.Name.Pos(), function.Name.End()
		if function.Body == nil && parses { // half a function is no declaration
			r.refuse("bodyless", from, to, "`%s` has no body: its code would come from elsewhere.", quote(name))
		}
		switch {
		case function.Recv != nil:
		case name == "init" && !r.request.Init:
			r.refuse("init", from, to, "`init` runs before the tests and without them. Call what it does where it is needed.")
		case name == "TestMain":
			r.refuse("testmain", from, to, "`TestMain` belongs to the tests.")
		case r.request.Kind != "tests" && isTest(name):
			r.refuse("test-function", from, to, "`%s` is a test by its name, and the tests of this exercise are given. Call it otherwise.", quote(name))
		}
	}
}

// isTest tells by Go's own rule whether a function's name makes it a test.
func isTest(name string) bool {
	for _, prefix := range []string{"Test", "Benchmark", "Fuzz", "Example"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			next, _ := utf8.DecodeRuneInString(rest)
			return rest == "" || !unicode.IsLower(next)
		}
	}
	return false
}

// never are packages that no manifest can allow, and why.
var never = map[string]string{
	"C":      "`C` is cgo: its code would be C, which no test here can judge.",
	"unsafe": "`unsafe` steps around Go's types, which no exercise needs.",
	"embed":  "`embed` puts files into the program, and the answer is only its code.",
}

func (r rules) imported(spec *ast.ImportSpec) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return // the compiler says it
	}
	from, to := spec.Path.Pos(), spec.Path.End()
	whole, partly := slices.Contains(r.request.Imports, path), r.partly(path)
	switch {
	case never[path] != "":
		r.refuse("import", from, to, "%s", never[path])
	case !whole && !partly:
		r.refuse("import", from, to, "`%s` is not on the list of packages for this exercise.", quote(path))
	case spec.Name != nil && spec.Name.Name == "." && (partly || path == "testing"):
		r.refuse("dot-import", spec.Name.Pos(), to, "The dot hides which names come from `%s`. Import it without the dot.", quote(path))
	}
}

// partly tells whether the exercise may use only some names of a package.
func (r rules) partly(path string) bool {
	named := func(selector string) bool { pkg, _ := cutLast(selector); return pkg == path }
	return !slices.Contains(r.request.Imports, path) && slices.ContainsFunc(r.request.Selectors, named)
}

// selectors refuses names of a package that may be used only in part. What the package
// is called in the file, and what else has that name, the types tell.
func (r rules) selectors(file *ast.File, info *types.Info) {
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		ident, ok := selector.X.(*ast.Ident)
		if !ok {
			return true
		}
		pkg, ok := info.Uses[ident].(*types.PkgName)
		if !ok {
			return true // a field or a method of a value
		}
		path, name := pkg.Imported().Path(), selector.Sel.Name
		if r.partly(path) && !slices.Contains(r.request.Selectors, path+"."+name) {
			r.refuse("selector", selector.Pos(), selector.End(),
				"Of `%s` this exercise may use %s, and not `%s`.", path, allowedOf(r.request.Selectors, path), quote(name))
		}
		return true
	})
}

func allowedOf(selectors []string, path string) string {
	var names []string
	for _, s := range selectors {
		if pkg, name := cutLast(s); pkg == path {
			names = append(names, "`"+name+"`")
		}
	}
	return strings.Join(names, ", ")
}

// cutLast cuts "net/http.Get" at its last dot.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i+1:]
}
