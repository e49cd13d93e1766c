package press_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"goprod.example/course/internal/settle"
	press "goprod.example/course/phases/03-concurrency/worker-panic"
)

// A carrier's developers asked what their code had done, and all there was to show
// them was a dead process.
func TestThePanicTellsWhatAndWhere(t *testing.T) {
	parcels := []string{"P-1", "P-2", "P-3", "P-4", "P-5"}
	c := newCarrier(parcels)
	c.does["P-1"] = customsForm
	c.does["P-2"] = tariffTable
	c.does["P-3"] = barcode
	c.does["P-4"] = func() (string, error) { return signature(3) }
	b := printAll(c, 1, parcels)
	settle.Wait()

	b.mustReturn(t)
	for _, want := range []struct{ parcel, what, where string }{
		{"P-1", "slice bounds out of range", "customsForm"},
		{"P-2", "assignment to entry in nil map", "tariffTable"},
		{"P-3", "barcode: 3 digits", "barcode"},
		{"P-4", "out of ink", "signature"},
	} {
		p, ok := errors.AsType[*press.PanicError](b.result(want.parcel).Err)
		if !ok {
			t.Errorf("the carrier never hears of %s: its code panicked, and the result's error, %v, is no *PanicError", want.parcel, b.result(want.parcel).Err)
			continue
		}
		if said := fmt.Sprint(p.Value); !strings.Contains(said, want.what) {
			t.Errorf("the carrier is told the wrong thing about %s: its code said %q, and the PanicError's Value is %q", want.parcel, want.what, said)
		}
		if stack := string(p.Stack); !strings.Contains(stack, want.where) || !strings.Contains(stack, "_test.go:") {
			t.Errorf("the carrier cannot find the bug that %s met: it is in %s, and the PanicError's Stack does not lead there", want.parcel, want.where)
		}
	}
	b.mustHaveLabels(t, "P-5")
}

// One carrier panicked on the last parcel, one on the first, and one on all of
// them; each of those nights ended with the process.
func TestWorseNights(t *testing.T) {
	for _, night := range []struct {
		workers            int
		parcels, bad, good []string
	}{
		{workers: 1, parcels: []string{"P-1", "P-2", "P-3"}, bad: []string{"P-1"}, good: []string{"P-2", "P-3"}},
		{workers: 2, parcels: []string{"P-1", "P-2", "P-3", "P-4"}, bad: []string{"P-4"}, good: []string{"P-1", "P-2", "P-3"}},
		{workers: 3, parcels: []string{"P-1", "P-2", "P-3", "P-4", "P-5"}, bad: []string{"P-1", "P-2", "P-3", "P-4", "P-5"}},
		{workers: 8, parcels: []string{"P-1", "P-2", "P-3"}, bad: []string{"P-2"}, good: []string{"P-1", "P-3"}},
		{workers: 2}, // nothing to print
	} {
		c := newCarrier(night.parcels)
		for _, bad := range night.bad {
			c.does[bad] = barcode
		}
		b := printAll(c, night.workers, night.parcels)
		settle.Wait()

		b.mustReturn(t)
		b.mustHavePanicked(t, night.bad...)
		b.mustHaveLabels(t, night.good...)
		if t.Failed() {
			return // one bad night is enough
		}
	}
}

// tariffTable is a carrier's code that forgot to make its map.
func tariffTable() (string, error) {
	var tariffs map[string]int
	//lint:ignore SA5000 this is the carrier's bug
	tariffs["P-2"] = 1290
	return "tariff", nil
}

// barcode is a carrier's code that panics with an error.
func barcode() (string, error) {
	panic(errors.New("barcode: 3 digits"))
}

// signature is a carrier's code that panics some calls further down.
func signature(depth int) (string, error) {
	if depth == 0 {
		panic("out of ink")
	}
	return signature(depth - 1)
}
