package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"

	"golang.org/x/tools/imports"
)

// Program returns the program of a cell of Go statements. It never fails: what is
// wrong with the cell is for the compiler to say, in the cell's lines.
func Program(cell []byte) []byte {
	parts := split(cell)
	own := keep(cell, parts, importPart)
	rest := bytes.NewBuffer(nil)
	fmt.Fprintf(rest, "%s\n%s\n", line(1), keep(cell, parts, declarationPart))
	if !declaresMain(parts) || has(parts, statementPart) {
		fmt.Fprintf(rest, "func main() {\n%s\n%s\n}\n", line(1), keep(cell, parts, statementPart))
	}
	head := []byte("package main\n")
	for _, path := range missing(bytes.Join([][]byte{head, own, rest.Bytes()}, []byte("\n"))) {
		head = fmt.Appendf(head, "import %s\n", path)
	}
	return fmt.Appendf(head, "%s\n%s\n%s", line(1), own, rest)
}

// line says that the next line is this line of the cell.
func line(n int) string {
	return fmt.Sprintf("//line cell.go:%d:1", n)
}

// missing returns the imports that goimports would add to a program: each as it
// stands in an import declaration, with its name where that differs from the path's.
func missing(program []byte) []string {
	folder, err := os.Getwd()
	if err != nil {
		folder = ""
	}
	fixed, err := imports.Process(filepath.Join(folder, "cell.go"), program, &imports.Options{Comments: true})
	if err != nil {
		return nil
	}
	known := map[string]bool{}
	for _, spec := range importsOf(program) {
		known[spec.Path.Value] = true
	}
	var added []string
	for _, spec := range importsOf(fixed) {
		if known[spec.Path.Value] {
			continue
		}
		if spec.Name != nil {
			added = append(added, spec.Name.Name+" "+spec.Path.Value)
		} else {
			added = append(added, spec.Path.Value)
		}
	}
	return added
}

func importsOf(program []byte) []*ast.ImportSpec {
	file, err := parser.ParseFile(token.NewFileSet(), "cell.go", program, parser.ImportsOnly)
	if err != nil {
		return nil
	}
	return file.Imports
}
