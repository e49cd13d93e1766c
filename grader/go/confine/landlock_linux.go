package main

import "github.com/landlock-lsm/go-landlock/landlock"

// restrictFiles leaves the program itself, its libraries, /dev/null, its own environment
// (the race runtime reads GORACE there) and its folder; and, as far as this kernel's
// Landlock goes, no TCP, no signal and no abstract socket to who is outside.
func (p *plan) restrictFiles(program string, files []string) error {
	rules := []landlock.Rule{
		landlock.ROFiles(append(files, program)...),
		landlock.ROFiles("/etc/ld.so.cache", "/proc/self/environ").IgnoreIfMissing(),
		landlock.RWFiles("/dev/null"),
		landlock.RODirs(p.readable...),
	}
	if p.folder != "" {
		rules = append(rules, landlock.RWDirs(p.folder).WithRefer()) // or no file could move between its folders
	}
	config := landlock.V6.BestEffort()
	if !p.loopback {
		return config.Restrict(rules...) // at once: a second ruleset would keep files from moving between folders
	}
	if err := config.RestrictPaths(rules...); err != nil { // Landlock knows ports and not addresses
		return err
	}
	return config.RestrictScoped()
}
