package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestHiddenCharacters(t *testing.T) {
	at := "hidden-character:3:"
	for _, test := range []struct {
		name, line string
		want       []string
	}{
		{"an override in a string", "var x = \"a\u202eb\"", []string{at + "11-14"}},
		{"an isolate in a comment", "/* a\u2066b\u2069 */", []string{at + "5-8", at + "9-12"}},
		{"an embedding in Hebrew", "// שלום \u202bעולם\u202c", []string{at + "13-16", at + "24-27"}},
		{"a zero-width space in a name", "var a\u200bb int", []string{at + "6-9"}},
		{"a zero-width space in a string", "var x = \"a\u200bb\"", []string{at + "11-14"}},
		{"a byte order mark inside", "var x = \"a\ufeffb\"", []string{at + "11-14"}},
		{"a joiner between ASCII", "var x = \"a\u200db\"", []string{at + "11-14"}},
		{"a mark alone", "var x = '\u200e'", []string{at + "10-13"}},
		{"a mark in a name", "var é\u200f int", []string{at + "7-10"}},
		{"a blank letter as a name", "var \u3164 int", []string{at + "5-8"}},
		{"a tag between ASCII", "// a\U000e0041", []string{at + "5-9"}},
		{"a line separator", "// a\u2028func f() {}", []string{at + "5-8"}},
		{"an escape sequence of terminals", "// a\x1b[2K", []string{at + "5-6"}},
		{"a carriage return alone", "// a\rb", []string{at + "5-6"}},
		{"a NUL", "// a\x00b", []string{at + "5-6"}},
		{"where nothing parses", "func { \"\u202e", []string{at + "9-12"}},

		{"ASCII", "var x = \"a\\u202eb\" // \\u202e", nil},
		{"lines of Windows", "// a\r", nil},
		{"Persian", "// می\u200cخواهم", nil},
		{"Hindi", "var x = \"क्\u200dष\"", nil},
		{"Hebrew with a mark", "// קוד Go\u200e טוב", nil},
		{"Arabic with a number sign", "// \u0600١٢", nil},
		{"emoji", "var x = \"👩\u200d💻 🏴\U000e0067\U000e0062\U000e007f 1\ufe0f\u20e3\"", nil},
		{"a soft hyphen in German", "// Fähr\u00adschiff", nil},
		{"French", "var x = `12\u00a0€`", nil},
		{"Korean and Thai", "// 안녕 สวัสดี", nil},
		{"names of other scripts", "var größe, 世界 = 1, 'é'", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			report := inspect(t, till("package till\n\n"+test.line+"\n"))
			if got := places(report); !reflect.DeepEqual(got, test.want) {
				t.Errorf("refused is %v; want %v", got, test.want)
			}
		})
	}
}

// A byte order mark at the start is Go's to take.
func TestByteOrderMark(t *testing.T) {
	if got := places(inspect(t, till("\ufeffpackage till\n"))); got != nil {
		t.Errorf("refused is %v", got)
	}
}

func TestWordsOfHiddenCharacters(t *testing.T) {
	for char, want := range map[string]string{
		"\u202e": "A character that cannot be seen (U+202E) turns the direction of the text: the line reads otherwise than it runs. " +
			"Type the line again; in a string, write it as `\\u202e`.",
		"\u200b": "A character that cannot be seen (U+200B) stands here. Type the line again; in a string, write it as `\\u200b`.",
		"\x1b":   "A character that cannot be seen (U+001B) stands here. Type the line again; in a string, write it as `\\x1b`.",
	} {
		if refusals := inspect(t, till("package till // "+char+"\n")).Refusals; len(refusals) != 1 || refusals[0].Text != want {
			t.Errorf("%q: refused is %+v; want %q", char, refusals, want)
		}
	}
}

// Code is what is left without comments; every line stays where it was, and what
// looks like a comment in a string stays.
func TestCodeWithoutComments(t *testing.T) {
	source := "// a\npackage till // b\n\n/* c\nd */ var x = \"// e\" + `\n/* f */\n`\n"
	want := "    \npackage till     \n\n    \n     var x = \"// e\" + `\n/* f */\n`\n"
	if got := inspect(t, till(source)).Code["till.go"]; got != want {
		t.Errorf("the code is %q; want %q", got, want)
	}
	if got := inspect(t, till("package till /* a")).Code["till.go"]; got != "package till "+strings.Repeat(" ", 4) {
		t.Errorf("of a comment without an end the code is %q", got)
	}
}
