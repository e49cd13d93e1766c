// Command scratch makes a program of a cell of Go statements.
//
// It reads the cell from standard input and writes the program to the file that is
// its argument. Functions, types, constants and imports of the cell's top level stay
// outside of main, everything else goes into it, and packages that are used without
// an import get one. Errors in the program keep the cell's lines and columns.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Stdin, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "scratch:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("want one argument, the file to write; got %d", len(arguments))
	}
	cell, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("read the cell: %w", err)
	}
	if err := os.WriteFile(arguments[0], Program(cell), 0o600); err != nil {
		return fmt.Errorf("write the program: %w", err)
	}
	return nil
}
