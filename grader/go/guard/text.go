package main

import (
	"bytes"
	"fmt"
	"go/build/constraint"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokens judges what no syntax tree holds, directives and characters that do not show,
// and takes the comments out of the code. A file that does not parse hides nothing
// here. It reports whether the files are small enough to be parsed.
func (r rules) tokens() bool {
	left := maxTokens
	for _, name := range sortedKeys(r.request.Files) {
		source := []byte(r.request.Files[name])
		code := slices.Clone(source)
		file := r.fset.AddFile(name, -1, len(source))
		file.SetLinesForContent(source) // the scanner may give up before the last line
		var s scanner.Scanner
		s.Init(file, source, func(token.Position, string) {}, scanner.ScanComments)
		for last, start := token.ILLEGAL, 0; last != token.EOF; left-- {
			if left == 0 {
				r.refuse("size", file.Pos(start), file.Pos(start)+1,
					"By this place the answer has more than %d words and signs, which no fix needs.", maxTokens)
				return false
			}
			pos, tok, _ := s.Scan()
			at := file.Offset(pos)
			r.characters(file, source[start:at], start, last) // between tokens stands only white space
			last, start = tok, at
			if tok == token.COMMENT {
				comment := source[at:commentEnd(source, at)]
				r.directive(pos, string(comment))
				blank(code[at : at+len(comment)])
			}
		}
		r.report.Code[name] = string(code)
	}
	return true
}

// commentEnd finds where a comment ends, since the scanner's text has no carriage returns.
func commentEnd(source []byte, start int) int {
	end, length := []byte("\n"), 0
	if bytes.HasPrefix(source[start:], []byte("/*")) {
		end, length = []byte("*/"), 2
	}
	opened := min(start+2, len(source))
	if i := bytes.Index(source[opened:], end); i >= 0 {
		return opened + i + length
	}
	return len(source)
}

// blank keeps every line where it was.
func blank(text []byte) {
	for i := range text {
		if text[i] != '\n' {
			text[i] = ' '
		}
	}
}

// directivePrefixes begin the comments that are not for readers but for the toolchain.
var directivePrefixes = []string{"//go:", "//line ", "/*line ", "//export ", "//extern "}

func (r rules) directive(pos token.Pos, comment string) {
	first, _, _ := strings.Cut(comment, "\n")
	first = strings.TrimRight(first, "\r")
	speaks := func(prefix string) bool { return strings.HasPrefix(strings.ReplaceAll(first, "\r", ""), prefix) }
	if slices.ContainsFunc(directivePrefixes, speaks) || constraint.IsPlusBuild(first) {
		r.refuse("directive", pos, pos+token.Pos(len(first)),
			"`%s` speaks to the compiler, and no exercise needs it.", quote(strings.TrimSpace(first)))
	}
}

// characters refuses what cannot be seen in a token: code must read as it runs.
func (r rules) characters(file *token.File, text []byte, offset int, tok token.Token) {
	prose := tok == token.COMMENT || tok == token.STRING || tok == token.CHAR
	for i := 0; i < len(text); {
		char, size := utf8.DecodeRune(text[i:])
		here := hidden(char)
		if here == shapes && prose && hasScript(text) || offset+i == 0 && char == '\ufeff' || char == '\r' && bytes.HasPrefix(text[i:], []byte("\r\n")) {
			here = shows
		}
		if here != shows {
			why := "A character that cannot be seen (%U) stands here."
			if here == turns {
				why = "A character that cannot be seen (%U) turns the direction of the text: the line reads otherwise than it runs."
			}
			escape := strings.Trim(strconv.QuoteRuneToASCII(char), "'")
			r.refuse("hidden-character", file.Pos(offset+i), file.Pos(offset+i+size),
				"%s Type the line again; in a string, write it as `%s`.", fmt.Sprintf(why, char), escape)
		}
		i += size
	}
}

type visibility int

const (
	shows  visibility = iota
	hides             // shows nothing, and no script needs it
	turns             // changes the direction of what follows
	shapes            // shows nothing, and scripts and emoji need it beside their own signs
)

func hidden(char rune) visibility {
	switch {
	case char >= ' ' && char <= '~' || char == '\n' || char == '\t':
		return shows
	case char >= 0x202a && char <= 0x202e, char >= 0x2066 && char <= 0x2069:
		return turns
	case unicode.Is(unicode.Cc, char),
		char == 0x200b, char == 0xfeff, // zero-width spaces
		char == 0x2028, char == 0x2029, // line ends to some editors
		char >= 0x2060 && char <= 0x2064, char >= 0x206a && char <= 0x206f, // invisible operators, deprecated shaping
		char >= 0xfff9 && char <= 0xfffb: // annotations
		return hides
	case unicode.Is(unicode.Cf, char), char == 0x115f, char == 0x1160, char == 0x3164, char == 0xffa0: // Hangul fillers: blank letters
		return shapes
	}
	return shows
}

// hasScript tells whether a comment or literal holds a letter, digit or sign beyond ASCII,
// beside which joiners and marks have a meaning.
func hasScript(text []byte) bool {
	return bytes.ContainsFunc(text, func(char rune) bool {
		return char > unicode.MaxASCII && hidden(char) == shows && unicode.In(char, unicode.L, unicode.M, unicode.N, unicode.S)
	})
}

// cut shortens what an attempt wrote, for a sentence.
func cut(text string, longest int) string {
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest-1]) + "…"
}

// quote makes what an attempt wrote fit between backticks.
func quote(text string) string {
	const longest = 60
	return cut(strings.Map(func(char rune) rune {
		if char == '`' || char == '\n' || char == '\t' || hidden(char) != shows {
			return '\ufffd'
		}
		return char
	}, text), longest)
}
