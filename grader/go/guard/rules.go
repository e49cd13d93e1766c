package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// rules refuses what no exercise needs.
type rules struct {
	request Request
	fset    *token.FileSet
	report  *Report
}

func (r rules) refuse(rule string, from, to token.Pos, text string, args ...any) {
	start, end := r.fset.PositionFor(from, false), r.fset.PositionFor(to, false)
	r.refuseAt(rule, start, end.Column, text, args...)
}

func (r rules) refuseAt(rule string, at token.Position, endColumn int, text string, args ...any) {
	r.report.Refusals = append(r.report.Refusals, Refusal{
		Rule: rule, Text: fmt.Sprintf(text, args...),
		File: at.Filename, Line: at.Line, Column: at.Column, EndColumn: endColumn,
	})
}

// directivePrefixes begin the comments that are not for readers but for the toolchain.
var directivePrefixes = []string{"//go:", "//line ", "/*line ", "//export ", "//extern ", "// +build", "//+build", "//go-sumtype:"}

// directives refuses comments that speak to the compiler. It scans the tokens, so
// that a file which does not parse hides none.
func (r rules) directives(name string, source []byte) {
	file := token.NewFileSet().AddFile(name, -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return
		}
		if tok != token.COMMENT {
			continue
		}
		for _, prefix := range directivePrefixes {
			if strings.HasPrefix(text, prefix) {
				word, _, _ := strings.Cut(text, "\n")
				at := file.PositionFor(pos, false)
				r.refuseAt("directive", at, at.Column+len(word),
					"`%s` speaks to the compiler, and no exercise needs it.", strings.TrimSpace(word))
			}
		}
	}
}

// file judges what the syntax alone shows, as far as the file parses.
func (r rules) file(file *ast.File, parses bool) {
	if name := file.Name.Name; name != "" && name != "_" && name != r.request.Package { // else the compiler says it
		r.refuse("package", file.Name.Pos(), file.Name.End(),
			"The package is called `%s` here; its tests know it as `%s`.", name, r.request.Package)
	}
	for _, spec := range file.Imports {
		r.imported(spec)
	}
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		switch {
		case function.Body == nil && parses: // half a function is no declaration
			r.refuse("bodyless", function.Name.Pos(), function.Name.End(),
				"`%s` has no body: its code would come from elsewhere.", function.Name.Name)
		case function.Recv == nil && function.Name.Name == "init":
			r.refuse("init", function.Name.Pos(), function.Name.End(),
				"`init` runs before the tests and without them. Call what it does where it is needed.")
		case function.Recv == nil && function.Name.Name == "TestMain":
			r.refuse("testmain", function.Name.Pos(), function.Name.End(), "`TestMain` belongs to the tests.")
		}
	}
}

func (r rules) imported(spec *ast.ImportSpec) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil || slices.Contains(r.request.Imports, path) {
		return
	}
	for _, selector := range r.request.Selectors {
		if pkg, _ := cutLast(selector); pkg == path && (spec.Name == nil || spec.Name.Name != ".") {
			return // its uses are judged by type
		}
	}
	text := "`%s` is not on the list of packages for this exercise."
	switch path {
	case "C":
		text = "`%s` is cgo, which no exercise needs."
	case "unsafe":
		text = "`%s` steps around Go's types, which no exercise needs."
	}
	r.refuse("import", spec.Path.Pos(), spec.Path.End(), text, path)
}

// selectors refuses names of a package that may be used only in part.
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
		limited := slices.ContainsFunc(r.request.Selectors, func(s string) bool { pkg, _ := cutLast(s); return pkg == path })
		if limited && !slices.Contains(r.request.Imports, path) && !slices.Contains(r.request.Selectors, path+"."+name) {
			r.refuse("selector", selector.Pos(), selector.End(),
				"Of `%s` this exercise may use %s, and not `%s`.", path, allowedOf(r.request.Selectors, path), name)
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

// withoutComments blanks comments and keeps every line where it was.
func withoutComments(source []byte) string {
	code := slices.Clone(source)
	file := token.NewFileSet().AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return string(code)
		}
		if tok == token.COMMENT {
			start := file.Offset(pos)
			for i := range text {
				if at := start + i; at < len(code) && code[at] != '\n' {
					code[at] = ' '
				}
			}
		}
	}
}
