package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// Each cell becomes a program that parses, with what is named in it outside of main.
func TestProgram(t *testing.T) {
	for _, test := range []struct {
		name, cell string
		outside    []string // what stands before func main
		inside     []string // what stands in it
	}{
		{"statements", "x := 1\nfmt.Println(x)", []string{`import "fmt"`}, []string{"x := 1", "fmt.Println(x)"}},
		{"one line", "a := 1; b := 2; _ = a + b", nil, []string{"a := 1; b := 2; _ = a + b"}},
		{"function", "func f() int { return 1 }\n_ = f()", []string{"func f() int { return 1 }"}, []string{"_ = f()"}},
		{"method", "type T struct{}\nfunc (t T) M() {}\nT{}.M()", []string{"type T struct{}", "func (t T) M() {}"}, []string{"T{}.M()"}},
		{"generic method", "type T struct{}\nfunc (t T) M[P any](p P) {}", []string{"func (t T) M[P any](p P) {}"}, nil},
		{"literal", "func(x int) int { return x }(3)", nil, []string{"func(x int) int { return x }(3)"}},
		{"literal with a generic result", "func() Pair[int] { return p }()", nil, []string{"func() Pair[int] { return p }()"}},
		{"constant", "const n = 3\nvar a [n]int\n_ = a", []string{"const n = 3"}, []string{"var a [n]int"}},
		{"own import", "_ = rand.Int\nimport \"math/rand\"", []string{`import "math/rand"`}, []string{"_ = rand.Int"}},
		{"renamed import", "import str \"strings\"\n_ = str.ToUpper", []string{`import str "strings"`}, []string{"_ = str.ToUpper"}},
		{"braces in strings", "s := \"func f() {\"\nr := `\n}`\n_, _ = s, r", nil, []string{`s := "func f() {"`, "`\n}`"}},
		{"nothing", "", nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			program := string(Program([]byte(test.cell)))
			if _, err := parser.ParseFile(token.NewFileSet(), "cell.go", program, 0); err != nil {
				t.Fatalf("%v in\n%s", err, program)
			}
			outside, inside, _ := strings.Cut(program, "func main() {")
			for _, want := range test.outside {
				if !strings.Contains(outside, want) {
					t.Errorf("%q is not outside of main in\n%s", want, program)
				}
			}
			for _, want := range test.inside {
				if !strings.Contains(inside, want) {
					t.Errorf("%q is not in main in\n%s", want, program)
				}
			}
		})
	}
}

// What stands in a line and a column of the cell is said to stand there.
func TestPlaces(t *testing.T) {
	program := Program([]byte("// c\nfunc f() {}\n\n\tx := 1; y := 2\n"))
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "program.go", program, 0)
	if err != nil {
		t.Fatal(err)
	}
	offset := strings.Index(string(program), "y := 2")
	if got := set.Position(set.File(file.Pos()).Pos(offset)).String(); got != "cell.go:4:10" {
		t.Errorf("y stands at %s, want cell.go:4:10", got)
	}
	offset = strings.Index(string(program), "func f")
	if got := set.Position(set.File(file.Pos()).Pos(offset)).String(); got != "cell.go:2:1" {
		t.Errorf("f stands at %s, want cell.go:2:1", got)
	}
}

// A cell that brings its own main gets no second one.
func TestOwnMain(t *testing.T) {
	program := string(Program([]byte("func main() {\n\tprintln(1)\n}\n")))
	if strings.Count(program, "func main()") != 1 {
		t.Errorf("main is there %d times in\n%s", strings.Count(program, "func main()"), program)
	}
}

// A cell that cannot be parsed stays whole: the compiler says what is wrong with it.
func TestBrokenCell(t *testing.T) {
	for _, cell := range []string{"fmt.Println(\"a\"\nx := 1", "s := `open", "}", "/* open", "if x {"} {
		if program := string(Program([]byte(cell))); !strings.Contains(program, "func main() {") {
			t.Errorf("%q gives no main:\n%s", cell, program)
		}
	}
}
