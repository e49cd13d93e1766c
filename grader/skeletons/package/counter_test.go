package counter_test

import (
	"testing"

	"goprod.example/course/internal/settle"
	counter "IMPORT_PATH"
)

// SKELETON: what happened, in the incident's words: it speaks for the test when that races
func TestNoVisitIsLost(t *testing.T) {
	var c counter.Counter
	left := settle.Go(func() error { c.Visit(); return nil })
	right := settle.Go(func() error { c.Visit(); return nil })
	settle.Wait()
	if !left.Done() || !right.Done() {
		t.Fatalf("a visitor never got in: the doors wait for %s and %s", left.Where(), right.Where())
	}
	if n := c.Visits(); n != 2 {
		t.Errorf("two visitors came, and the counter says %d", n)
	}
}

// Nobody came.
func TestEmptyShop(t *testing.T) {
	var c counter.Counter
	if n := c.Visits(); n != 0 {
		t.Errorf("nobody came, and the counter says %d", n)
	}
}
