package counter_test

import (
	"testing"

	"goprod.example/course/internal/settle"
	counter "IMPORT_PATH"
)

// SKELETON: another situation, so that code fitted to the visible tests fails here
func TestEveryDoorIsCounted(t *testing.T) {
	var c counter.Counter
	for range 5 {
		settle.Go(func() error { c.Visit(); return nil })
	}
	settle.Wait()
	if n := c.Visits(); n != 5 {
		t.Errorf("five visitors came through five doors, and the counter says %d", n)
	}
}
