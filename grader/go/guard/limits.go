package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"time"
)

// What an attempt may measure: each over ten times what the longest honest answer of
// the course does, and small enough that parser and facts stay quick.
const (
	maxBytes    = 256 << 10 // of all files together
	maxTokens   = 25_000    // of all files together, comments included
	maxDepth    = 200       // of the syntax tree: about fifty functions one within the other
	maxRefusals = 100       // that are told
	maxRequest  = 16 << 20  // bytes of JSON
)

// budget is what judging one attempt may cost. go/types has no limits of its own: a
// few lines of types that double each other cost it gigabytes or years.
type budget struct {
	cpu    time.Duration // processor time, so that a busy machine refuses nobody
	memory uint64        // bytes, the whole process
}

// most leaves room below the limits that the caller sets.
var most = budget{cpu: time.Second, memory: 256 << 20}

const poll = 5 * time.Millisecond

var errExhausted = errors.New("the attempt exhausts the guard")

// within returns what judge returns, or errExhausted, and then the process must end:
// judge cannot be stopped.
func within(most budget, judge func() (*Report, error)) (*Report, error) {
	type answer struct {
		report *Report
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				answers <- answer{err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
			}
		}()
		report, err := judge()
		answers <- answer{report, err}
	}()
	start := processorTime()
	ticks := time.NewTicker(poll)
	defer ticks.Stop()
	for {
		select {
		case a := <-answers:
			return a.report, a.err
		case <-ticks.C:
			if processorTime()-start > most.cpu || memoryInUse() > most.memory {
				return nil, errExhausted
			}
		}
	}
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0 // the caller's limits remain
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func memoryInUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

func (r rules) exhausted() {
	r.report.Refusals = append(r.report.Refusals, Refusal{Rule: "size", File: sortedKeys(r.request.Files)[0],
		Text: "Reading this code takes more time or memory than any answer needs: somewhere a few lines unfold into millions."})
}

// bytes reports whether the files are small enough to be scanned.
func (r rules) bytes() bool {
	total := 0
	for _, name := range sortedKeys(r.request.Files) {
		total += len(r.request.Files[name])
		if total > maxBytes {
			r.report.Refusals = append(r.report.Refusals, Refusal{Rule: "size", File: name,
				Text: fmt.Sprintf("The answer is larger than %d KiB, which no fix needs.", maxBytes>>10)})
			return false
		}
	}
	return true
}

// depth refuses a syntax tree that is too deep for compilers.
func (r rules) depth(file *ast.File) {
	ast.Walk(deeper{rules: r, refused: new(bool)}, file)
}

type deeper struct {
	rules   rules
	at      token.Pos
	level   int
	refused *bool
}

func (d deeper) Visit(node ast.Node) ast.Visitor {
	if node == nil || *d.refused {
		return nil
	}
	if node.Pos().IsValid() {
		d.at = node.Pos()
	}
	if d.level == maxDepth {
		*d.refused = true
		d.rules.refuse("size", d.at, d.at+1, "The code is nested too deeply here: no fix needs a tenth of it.")
		return nil
	}
	d.level++
	return d
}
