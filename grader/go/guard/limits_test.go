package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// small is a budget that a bomb exhausts soon.
var small = budget{cpu: 100 * time.Millisecond, memory: most.memory}

func TestSizes(t *testing.T) {
	head := "package till\n\n"
	for _, test := range []struct {
		name, source string
		want         []string
	}{
		{"as large as may be", head + strings.Repeat(" ", maxBytes-len(head)), nil},
		{"a byte more", head + strings.Repeat(" ", maxBytes-len(head)+1), []string{"size:0:0-0"}},
		{"as many tokens as may be", head + strings.Repeat("//\n", maxTokens-4), nil}, // the clause is three, the end one
		{"a token more", head + strings.Repeat("//\n", maxTokens-3), []string{"size:24999:1-2"}},
		{"functions within functions", head + "func f() {" + strings.Repeat("func() {", 100) + strings.Repeat("}()", 100) + "}\n",
			[]string{"size:3:403-404"}},
		{"a sum", head + "var x = 1" + strings.Repeat(" + 1", 300) + "\n", []string{"size:3:9-10"}},
		{"parentheses", head + "var x = " + strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300) + "\n", []string{"size:3:206-207"}},
		{"many directives", head + strings.Repeat("//go:norace\n", 1000), repeat("directive:%d:1-12", 3, maxRefusals)},
		{"many directives and a hidden character", head + strings.Repeat("//go:norace\n", 99) + "\u202e", append(
			repeat("directive:%d:1-12", 3, 99), "hidden-character:102:1-4")},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := places(inspect(t, till(test.source))); !reflect.DeepEqual(got, test.want) {
				t.Errorf("refused is %v; want %v", got, test.want)
			}
		})
	}
}

func repeat(format string, from, count int) []string {
	var all []string
	for i := range count {
		all = append(all, fmt.Sprintf(format, from+i))
	}
	return all
}

// The files count together.
func TestSizesOfSeveralFiles(t *testing.T) {
	request := till("package till\n")
	request.Files["b.go"] = "package till\n" + strings.Repeat("//\n", maxTokens/2)
	request.Files["c.go"] = request.Files["b.go"]
	refusals := inspect(t, request).Refusals
	if len(refusals) != 1 || refusals[0].Rule != "size" || refusals[0].File != "c.go" || refusals[0].Line != 12494 {
		t.Errorf("refused is %+v", refusals)
	}
}

// Code of a few lines that unfold while types are resolved is refused within the
// budget, and the guard ends.
func TestBombs(t *testing.T) {
	head := "package till\n\n"
	for name, source := range map[string]string{
		"a type's name doubles": head + "type p[A, B any] struct{}\n\ntype t0 = p[int, int]\n" +
			lines("type t%d = p[t%d, t%d]\n", 40) + "var x t40\n",
		"identical types": head + "type a0 = struct{ x, y int }\n\ntype b0 = struct{ x, y int }\n" +
			lines("type a%d = struct{ x, y a%d }\n", 40) + lines("type b%d = struct{ x, y b%d }\n", 40) + "var x a40\n\nvar y b40 = x\n",
		"a struct of 8 to the 12": head + "type t0 struct{ a, b, c, d, e, f, g, h int }\n" +
			lines("type t%d struct{ a, b, c, d, e, f, g, h t%d }\n", 11) + "var x t11\n",
		"a string doubles": head + "const s0 = \"0123456789\"\n" + lines("const s%d = s%d + s%d\n", 40) + "var x = len(s40)\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, err := json.Marshal(till(source))
			if err != nil {
				t.Fatal(err)
			}
			guard := exec.Command(os.Args[0])
			guard.Env, guard.Stdin = []string{"BE_THE_GUARD=1"}, bytes.NewReader(request)
			out, err := guard.Output()
			if err != nil {
				t.Fatal(err)
			}
			var report Report
			if err := json.Unmarshal(out, &report); err != nil {
				t.Fatal(err)
			}
			if len(report.Refusals) != 1 || report.Refusals[0].Rule != "size" || !strings.Contains(report.Refusals[0].Text, "unfold") {
				t.Errorf("refused is %+v", report.Refusals)
			}
			if used := guard.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; used > 512<<10 {
				t.Errorf("it used %d MB", used>>10)
			}
		})
	}
}

// lines writes a line for each number from 1, in which every %d but the first is the number before.
func lines(format string, count int) string {
	var all strings.Builder
	for i := range count {
		numbers := []any{i + 1}
		for range strings.Count(format, "%d") - 1 {
			numbers = append(numbers, i)
		}
		fmt.Fprintf(&all, format, numbers...)
	}
	return all.String()
}

// A panic of the guard is an error with its text: not the attempt's doing.
func TestWithin(t *testing.T) {
	if _, err := within(most, func() (*Report, error) { panic("out of range") }); err == nil || !strings.HasPrefix(err.Error(), "panic: out of range\n") {
		t.Errorf("the error of a panic is %v", err)
	}
	if _, err := within(most, func() (*Report, error) { return nil, os.ErrNotExist }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	if _, err := within(budget{cpu: -1, memory: most.memory}, func() (*Report, error) { select {} }); !errors.Is(err, errExhausted) {
		t.Errorf("the error without time is %v", err)
	}
	if _, err := within(budget{cpu: time.Hour}, func() (*Report, error) { select {} }); !errors.Is(err, errExhausted) {
		t.Errorf("the error without memory is %v", err)
	}
}
