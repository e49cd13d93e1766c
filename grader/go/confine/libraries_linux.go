package main

import (
	"debug/elf"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// libraries returns the loader and the shared libraries of a program: all that it
// needs of the system's files. It reads the files and runs nothing.
func libraries(program string) ([]string, error) {
	var found []string
	wanted := []string{program}
	for len(wanted) > 0 {
		file, err := elf.Open(wanted[0])
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", wanted[0], err)
		}
		wanted = wanted[1:]
		needed, _ := file.ImportedLibraries() // a static program has no table of them
		needed = append(needed, interpreter(file)...)
		file.Close()
		for _, name := range needed {
			path, err := library(name, file.Machine)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(found, path) {
				found = append(found, path)
				wanted = append(wanted, path)
			}
		}
	}
	return found, nil
}

func interpreter(file *elf.File) []string {
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			name := make([]byte, segment.Filesz)
			if _, err := segment.ReadAt(name, 0); err == nil {
				return []string{strings.TrimRight(string(name), "\x00")}
			}
		}
	}
	return nil
}

// folders are where the loaders of glibc and musl look.
var folders = []string{"/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"}

func library(name string, machine elf.Machine) (string, error) {
	if filepath.IsAbs(name) {
		return name, nil
	}
	for _, folder := range folders {
		for _, pattern := range []string{folder, folder + "/*-linux-*"} { // Debian's folders for an architecture
			matches, _ := filepath.Glob(pattern) // the patterns are sound
			for _, match := range matches {
				path := filepath.Join(match, name)
				if architecture(path) == machine {
					return path, nil
				}
			}
		}
	}
	return "", fmt.Errorf("the library %s is in none of %s", name, strings.Join(folders, ", "))
}

func architecture(path string) elf.Machine {
	file, err := elf.Open(path)
	if err != nil {
		return elf.EM_NONE
	}
	defer file.Close()
	return file.Machine
}
