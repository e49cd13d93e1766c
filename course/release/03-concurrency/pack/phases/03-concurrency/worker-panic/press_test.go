package press_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"goprod.example/course/internal/settle"
	press "goprod.example/course/phases/03-concurrency/worker-panic"
)

// Two customs forms without a postcode ended the whole process: none of the night's
// parcels had a label in the morning, the good ones least of all.
func TestOneBadParcelCostsOneLabel(t *testing.T) {
	parcels := []string{"P-1", "P-2", "P-3", "P-4", "P-5", "P-6"}
	c := newCarrier(parcels)
	c.does["P-2"] = customsForm
	c.does["P-4"] = customsForm
	b := printAll(c, 2, parcels)
	settle.Wait()

	b.mustReturn(t)
	b.mustHavePanicked(t, "P-2", "P-4")
	b.mustHaveLabels(t, "P-1", "P-3", "P-5", "P-6")
}

// Three carriers panicked early in the night, and that was the end of it: no worker
// was left, and no process either.
func TestAPanicCostsNoWorker(t *testing.T) {
	parcels := []string{"P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "P-7", "P-8"}
	c := newCarrier(parcels)
	for _, bad := range parcels[:3] {
		c.does[bad] = customsForm
	}
	c.slowOver(parcels[3:])
	b := printAll(c, 3, parcels)
	settle.Wait() // no slow label is finished before the test says so
	drawing := c.drawing.Load()
	c.finish(parcels[3:])
	settle.Wait()

	if drawing < 3 {
		t.Errorf("the night got slower with each panic: 3 carriers had panicked, and of 3 workers %d still drew labels", drawing)
	}
	b.mustReturn(t)
	b.mustHaveLabels(t, parcels[3:]...)
}

// Three labels fit into memory, and eight parcels wait. A label that is
// finished makes room for the next, however long the others take.
func TestNoMoreLabelsAtOnceThanWorkers(t *testing.T) {
	parcels := []string{"P-1", "P-2", "P-3", "P-4", "P-5", "P-6", "P-7", "P-8"}
	c := newCarrier(parcels)
	c.slowOver(parcels)
	b := printAll(c, 3, parcels)
	settle.Wait()
	drawing := c.drawing.Load()
	for _, late := range []string{"P-3", "P-2", "P-1"} { // the last of the first three is the quickest
		c.finish([]string{late})
		settle.Wait()
	}
	c.finish(parcels[3:])
	settle.Wait()

	switch {
	case drawing > 3:
		t.Errorf("the depot's machine ran out of memory: there are 3 workers, and %d labels of 200 MB were drawn at once", drawing)
	case drawing < 3:
		t.Errorf("the depot's machine stood idle: 8 parcels waited for 3 workers, and %d drew a label", drawing)
	}
	b.mustReturn(t)
	b.mustBeInOrder(t)
	b.mustHaveLabels(t, parcels...)

	c = newCarrier(parcels)
	c.slowOver(parcels)
	b = printAll(c, 3, parcels)
	begun := map[string]bool{}
	var underWay []string // the last to be begun is the quickest, every time
	for settle.Wait(); ; settle.Wait() {
		for _, parcel := range parcels {
			if c.draws[parcel].Load() > 0 && !begun[parcel] {
				begun[parcel] = true
				underWay = append(underWay, parcel)
			}
		}
		waiting := len(parcels) - len(begun)
		if waiting == 0 {
			break
		}
		switch n := len(underWay); {
		case n > 3:
			t.Fatalf("the depot's machine ran out of memory: there are 3 workers, and %d labels of 200 MB were drawn at once", n)
		case n < 3:
			t.Fatalf("a worker sat idle because another took long over its label: %d parcels waited for 3 workers, and only %v were being drawn", waiting, underWay)
		}
		c.finish(underWay[2:])
		underWay = underWay[:2]
	}
	c.finish(underWay)
	settle.Wait()
	b.mustReturn(t)
	b.mustHaveLabels(t, parcels...)
}

// A night without a panic, and a proof at the counter.
func TestQuietNight(t *testing.T) {
	parcels := []string{"P-1", "P-2", "P-3", "P-4", "P-5"}
	noSuchStreet := errors.New("no such street")
	c := newCarrier(parcels)
	c.does["P-3"] = func() (string, error) { return "", noSuchStreet }
	b := printAll(c, 2, parcels)
	settle.Wait()

	b.mustReturn(t)
	b.mustHaveLabels(t, "P-1", "P-2", "P-4", "P-5")
	if r := b.result("P-3"); !errors.Is(r.Err, noSuchStreet) {
		t.Errorf("nobody can tell why P-3 has no label: its carrier said %q, and its result says %v", noSuchStreet, r.Err)
	}

	counter := newCarrier([]string{"P-8", "P-9"})
	counter.does["P-9"] = customsForm
	p := press.New(counter.draw, 2)
	if proof, err := p.Proof("P-8"); proof != "PROOF label of P-8" || err != nil {
		t.Errorf("the counter shows the wrong proof of P-8: expected %q, got %q and error %v", "PROOF label of P-8", proof, err)
	}
	if _, err := p.Proof("P-9"); !isPanicOf(err, "P-9") {
		t.Errorf("the counter does not say what its carrier did with P-9: Proof returned %v, and no *PanicError", err)
	}
}

// batch is a call of Print, in a goroutine of its own.
type batch struct {
	*settle.Task
	parcels []string
	carrier *carrier

	results []press.Result // valid once the call has returned
}

func printAll(c *carrier, workers int, parcels []string) *batch {
	b := &batch{parcels: parcels, carrier: c}
	p := press.New(c.draw, workers)
	b.Task = settle.Go(func() error {
		b.results = p.Print(parcels)
		return nil
	})
	return b
}

// mustReturn stops the test if Print hangs although every carrier is done, or if
// results are missing.
func (b *batch) mustReturn(t *testing.T) {
	t.Helper()
	if !b.Done() {
		t.Fatalf("the night never ended: every carrier is done, %d of %d parcels were drawn, and Print waits for %s", b.carrier.drawn(), len(b.parcels), b.Where())
	}
	if len(b.results) != len(b.parcels) {
		t.Fatalf("parcels are missing from the list: %d were to be printed, and Print returned %d results", len(b.parcels), len(b.results))
	}
	for _, parcel := range b.parcels {
		if n := b.carrier.draws[parcel].Load(); n > 1 {
			t.Errorf("the depot pays twice for %s: its label was drawn %d times, and the carrier bills each", parcel, n)
		}
	}
}

// mustBeInOrder fails the test unless the results stand in the order of the list.
func (b *batch) mustBeInOrder(t *testing.T) {
	t.Helper()
	for i, parcel := range b.parcels {
		if r := b.results[i]; r.Parcel != parcel {
			t.Fatalf("the labels went onto the wrong parcels: place %d of the list is %s, and result %d is of %q", i+1, parcel, i+1, r.Parcel)
		}
	}
}

// result is what Print says of a parcel, wherever in the list that is.
func (b *batch) result(parcel string) press.Result {
	for _, r := range b.results {
		if r.Parcel == parcel {
			return r
		}
	}
	return press.Result{}
}

func (b *batch) mustHaveLabels(t *testing.T, parcels ...string) {
	t.Helper()
	for _, parcel := range parcels {
		switch r := b.result(parcel); {
		case r.Err != nil:
			t.Errorf("%s has no label, and nothing is wrong with it: its result says %v", parcel, r.Err)
		case b.carrier.draws[parcel].Load() == 0:
			t.Errorf("%s was never drawn and counts as printed: its result has no error", parcel)
		case r.Label != "label of "+parcel:
			t.Errorf("%s has the wrong label: expected %q, got %q", parcel, "label of "+parcel, r.Label)
		}
	}
}

func (b *batch) mustHavePanicked(t *testing.T, parcels ...string) {
	t.Helper()
	for _, parcel := range parcels {
		switch r := b.result(parcel); {
		case r.Err == nil:
			t.Errorf("%s counts as printed and has no label: its carrier panicked, and its result has no error", parcel)
		case !isPanicOf(r.Err, parcel):
			t.Errorf("the carrier never hears of %s: its code panicked, and the result's error, %q, is no *PanicError of that parcel", parcel, r.Err)
		case !hasStack(r.Err):
			t.Errorf("the carrier cannot find the bug that %s met: its code panicked, and the PanicError has no stack", parcel)
		case r.Label != "":
			t.Errorf("%s has a label that nobody finished: its carrier panicked, and its result says %q", parcel, r.Label)
		}
	}
}

func isPanicOf(err error, parcel string) bool {
	p, ok := errors.AsType[*press.PanicError](err)
	return ok && p.Parcel == parcel
}

func hasStack(err error) bool {
	p, ok := errors.AsType[*press.PanicError](err)
	return ok && len(p.Stack) > 0
}

// customsForm is a carrier's code that does not expect a parcel without a postcode.
func customsForm() (string, error) {
	postcode := ""
	return "zone " + postcode[:2], nil
}

// carrier draws "label of P-1" for P-1, except for parcels for which it does
// something else. A parcel that is sent to it again gets an error.
type carrier struct {
	does     map[string]func() (string, error) // never changes once Print runs
	draws    map[string]*atomic.Int32          // nor does this
	finished map[string]chan struct{}          // nor this

	drawing atomic.Int32 // slow labels that have been begun
}

func newCarrier(parcels []string) *carrier {
	c := &carrier{
		does:     map[string]func() (string, error){},
		draws:    map[string]*atomic.Int32{},
		finished: map[string]chan struct{}{},
	}
	for _, parcel := range parcels {
		c.draws[parcel] = new(atomic.Int32)
	}
	return c
}

// slowOver makes labels slow: each is finished when the test says so.
func (c *carrier) slowOver(parcels []string) {
	for _, parcel := range parcels {
		c.finished[parcel] = make(chan struct{})
		c.does[parcel] = func() (string, error) {
			c.drawing.Add(1)
			<-c.finished[parcel]
			return "label of " + parcel, nil
		}
	}
}

// finish lets slow labels be finished.
func (c *carrier) finish(parcels []string) {
	for _, parcel := range parcels {
		close(c.finished[parcel])
	}
}

func (c *carrier) draw(parcel string) (string, error) {
	if c.draws[parcel].Add(1) > 1 {
		return "", fmt.Errorf("%s: already drawn", parcel)
	}
	if do, ok := c.does[parcel]; ok {
		return do()
	}
	return "label of " + parcel, nil
}

// drawn counts the parcels that have reached the carrier.
func (c *carrier) drawn() (n int) {
	for _, draws := range c.draws {
		if draws.Load() > 0 {
			n++
		}
	}
	return n
}
