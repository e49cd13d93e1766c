package main

import (
	"reflect"
	"strings"
	"testing"
)

// Values that lead around the tests are refused by their type, whoever handed them out.
func TestReach(t *testing.T) {
	head := "package till\n\nimport \"encoding/json\"\n\n"
	for _, test := range []struct {
		name, source string
		want         []string
	}{
		{"a field", "func f(e *json.UnmarshalTypeError) any { return e.Type }\n", []string{"type:5:49-55"}},
		{"a chain is said once", "func f(e *json.UnmarshalTypeError) any {\n\treturn e.Type.Method(0).Func.UnsafePointer()\n}\n", []string{"type:6:9-46"}},
		{"a method value", "func f(e *json.UnmarshalTypeError) any {\n\tg := e.Type.Elem\n\treturn g()\n}\n", []string{"type:6:7-18", "type:7:9-12"}},
		{
			"what a generic function infers",
			"func open[T any](e struct {\n\tValue  string\n\tType   T\n\tOffset int64\n\tStruct string\n\tField  string\n\tErr    error\n}) any {\n\treturn e.Type\n}\n\n" +
				"func f(e *json.UnmarshalTypeError) any { return open(*e) }\n",
			[]string{"type:16:49-53"},
		},
		{"a value that nobody opens", "func f(e *json.UnmarshalTypeError) (string, int64, error) { return e.Value, e.Offset, e }\n", nil},
	} {
		request := till(head + test.source)
		request.Imports = []string{"encoding/json"}
		report := inspect(t, request)
		if got := places(report); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: refused is %v; want %v (%s)", test.name, got, test.want, report.Error)
		}
	}
}

// A manifest that lists the package, or a name of it, allows its types.
func TestReachThatIsAllowed(t *testing.T) {
	source := "package till\n\nimport \"encoding/json\"\n\nfunc f(e *json.UnmarshalTypeError) any { return e.Type }\n"
	for _, allowed := range []Request{{Imports: []string{"encoding/json", "reflect"}}, {Imports: []string{"encoding/json"}, Selectors: []string{"reflect.Type"}}} {
		request := till(source)
		request.Imports, request.Selectors = allowed.Imports, allowed.Selectors
		if got := places(inspect(t, request)); got != nil {
			t.Errorf("refused is %v", got)
		}
	}
	if report := inspect(t, till("package till\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc f() { fmt.Fprintln(os.Stdout) }\n")); len(report.Refusals) != 0 {
		t.Errorf("refused is %+v", report.Refusals)
	}
}

// The sentence names the type.
func TestWordsOfReach(t *testing.T) {
	request := till("package till\n\nimport \"encoding/json\"\n\nfunc f(e *json.UnmarshalTypeError) any { return e.Type }\n")
	request.Imports = []string{"encoding/json"}
	report := inspect(t, request)
	if len(report.Refusals) != 1 || !strings.HasPrefix(report.Refusals[0].Text, "This has the type `reflect.Type`, which leads around the tests") {
		t.Errorf("refused is %+v", report.Refusals)
	}
}
