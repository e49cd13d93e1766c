// Package press prints the labels of a parcel depot's night.
package press

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// Draw draws the label of a parcel. It is the carriers' own code: we compile it in
// and did not write it. It takes a second and 200 MB, and now and then it panics.
// It is safe for concurrent use.
type Draw func(parcel string) (label string, err error)

// Result is what became of a parcel: a label, or an error.
type Result struct {
	Parcel string
	Label  string
	Err    error
}

// PanicError tells a carrier's developers what their code did with a parcel.
type PanicError struct {
	Parcel string
	Value  any    // what the panic said
	Stack  []byte // of the goroutine that panicked
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("parcel %s: the carrier's code panicked: %v", e.Parcel, e.Value)
}

// Press draws labels. It is safe for concurrent use.
type Press struct {
	draw    Draw
	workers int
}

// New returns a press. It needs at least one worker.
func New(draw Draw, workers int) *Press {
	return &Press{draw: draw, workers: workers}
}

// Proof draws one label for the screen at the counter. It bears a mark, so that
// nobody sticks it on a parcel.
func (p *Press) Proof(parcel string) (label string, err error) {
	defer caught(parcel, &err)
	label, err = p.draw(parcel)
	if err != nil {
		return "", err
	}
	return "PROOF " + label, nil
}

// Print draws a label for each parcel and returns a result for each, in the same
// order.
//
//   - A parcel whose carrier panics gets no label and a *PanicError: which parcel,
//     what the panic said, and the stack of the code that panicked.
//   - A parcel whose carrier returns an error gets that error.
//   - Neither costs another parcel its label.
//   - Each parcel is drawn once: carriers count labels, and bill them.
//   - As long as parcels wait, exactly p.workers labels are being drawn, however
//     many carriers have panicked: more do not fit into memory, fewer take all night.
//
// How the work is handed to goroutines is free.
func (p *Press) Print(parcels []string) []Result {
	results := make([]Result, len(parcels))
	jobs := make(chan int)
	var workers sync.WaitGroup
	for range p.workers {
		workers.Go(func() {
			for i := range jobs {
				label, err := p.draw(parcels[i])
				results[i] = Result{Parcel: parcels[i], Label: label, Err: err}
			}
		})
	}
	for i := range parcels {
		jobs <- i
	}
	close(jobs)
	workers.Wait()
	return results
}

// caught turns a panic into an error.
func caught(parcel string, err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Parcel: parcel, Value: v, Stack: debug.Stack()}
	}
}
