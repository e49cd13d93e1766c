package main

import (
	"go/scanner"
	"go/token"
)

type kind int

const (
	statementPart kind = iota
	declarationPart
	importPart
)

// part is one statement or declaration of a cell's top level: its bytes and its first tokens.
type part struct {
	kind       kind
	start, end int
	name       string // of a function
}

type lexeme struct {
	token   token.Token
	literal string
	offset  int
}

// split cuts a cell into the statements and declarations of its top level.
func split(cell []byte) []part {
	var parts []part
	var run []lexeme
	depth := 0
	finish := func(end int) {
		if len(run) > 0 {
			what, name := classify(run)
			parts = append(parts, part{what, run[0].offset, end, name})
		}
		run = nil
	}
	for _, now := range lexemes(cell) {
		switch now.token {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		case token.SEMICOLON:
			if depth <= 0 {
				if now.literal == ";" {
					now.offset++
				}
				finish(now.offset)
				continue
			}
		}
		run = append(run, now)
	}
	finish(len(cell))
	return parts
}

// lexemes returns the tokens of a cell, as far as they can be read, without comments.
func lexemes(cell []byte) []lexeme {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(cell))
	s.Init(file, cell, func(token.Position, string) {}, 0)
	var all []lexeme
	for {
		position, tok, literal := s.Scan()
		if tok == token.EOF {
			return all
		}
		all = append(all, lexeme{tok, literal, file.Offset(position)})
	}
}

// classify tells what a part is by its first tokens, and the name if it is a function.
func classify(run []lexeme) (kind, string) {
	switch run[0].token {
	case token.IMPORT:
		return importPart, ""
	case token.TYPE, token.CONST:
		return declarationPart, ""
	case token.FUNC:
		if len(run) > 1 && run[1].token == token.IDENT {
			return declarationPart, run[1].literal
		}
		if isMethod(run) {
			return declarationPart, ""
		}
	}
	return statementPart, ""
}

// isMethod tells `func (r T) Name(` and `func (r T) Name[P any](` from the function
// literals `func (a int) T {` and `func (a int) T[P] {`.
func isMethod(run []lexeme) bool {
	at := closing(run, 1) + 1
	if at >= len(run) || run[at].token != token.IDENT {
		return false
	}
	at++
	if at < len(run) && run[at].token == token.LBRACK {
		at = closing(run, at) + 1
	}
	return at < len(run) && run[at].token == token.LPAREN
}

// closing returns the index of the bracket that closes the one at `open`, or that of the last token.
func closing(run []lexeme, open int) int {
	depth := 0
	for i := open; i < len(run); i++ {
		switch run[i].token {
		case token.LPAREN, token.LBRACK, token.LBRACE:
			depth++
		case token.RPAREN, token.RBRACK, token.RBRACE:
			depth--
		}
		if depth <= 0 {
			return i
		}
	}
	return len(run) - 1
}

// keep returns the cell with every byte outside of the wanted parts blanked, so that
// what is left stands where it stood.
func keep(cell []byte, parts []part, wanted kind) []byte {
	out := make([]byte, len(cell))
	for i, b := range cell {
		if b == '\n' {
			out[i] = '\n'
		} else {
			out[i] = ' '
		}
	}
	for _, p := range parts {
		if p.kind == wanted {
			copy(out[p.start:p.end], cell[p.start:p.end])
		}
	}
	return out
}

func has(parts []part, wanted kind) bool {
	for _, p := range parts {
		if p.kind == wanted {
			return true
		}
	}
	return false
}

func declaresMain(parts []part) bool {
	for _, p := range parts {
		if p.name == "main" {
			return true
		}
	}
	return false
}
