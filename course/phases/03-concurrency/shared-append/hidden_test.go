package statement_test

import (
	"fmt"
	"runtime"
	"testing"

	"goprod.example/course/internal/settle"
	statement "goprod.example/course/phases/03-concurrency/shared-append"
)

// Seven pages, one of them long, arrived in four different orders, and two of them
// changed the same statement with nothing between them that made one wait.
func TestAnyOrderOfArrivalGivesTheSameStatement(t *testing.T) {
	sizes := []int{3, 0, 1, 5, 2, 0, 1200}
	for _, arrival := range [][]int{
		{0, 1, 2, 3, 4, 5, 6},
		{3, 6, 0, 5, 2, 4, 1},
		{6, 0, 5, 1, 4, 2, 3},
		{1, 5, 4, 3, 2, 0, 6},
	} {
		ledger := newLedger(firstOfTheMonth(sizes...)...)
		s := request(ledger)
		for _, page := range arrival {
			settle.Wait()
			ledger.answer(page)
		}
		settle.Wait()

		s.mustSucceed(t)
		s.mustBeInOrder(t, firstOfTheMonth(sizes...))
	}
}

// A customer must not wait 30 seconds for the news that there is no statement.
func TestFirstFailureStopsTheRest(t *testing.T) {
	for _, failing := range []int{0, 3, 5} {
		ledger := newLedger(firstOfTheMonth(4, 4, 4, 4, 4, 4)...)
		s := request(ledger)
		settle.Wait()
		ledger.fail(failing, errLedger) // the others never arrive
		settle.Wait()

		s.mustReturn(t, fmt.Sprintf("page %d of 6 has failed", failing))
		s.mustHaveFailedWith(t, errLedger)
	}
}

// A failed statement must not cost the service memory for ever.
func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	ledger := newLedger(firstOfTheMonth(4, 4, 4, 4, 4, 4)...)
	s := request(ledger)
	settle.Wait()
	ledger.fail(2, errLedger)
	settle.Wait()
	s.cancel() // whoever still waits for a page has now been told twice
	settle.Wait()

	s.mustReturn(t, "page 2 of 6 has failed, and the customer has closed the browser")
	if left := runtime.NumGoroutine() - before; left > 0 {
		t.Errorf("leak: blocked goroutines remain after a failed statement: %d of them, and nothing will ever wake them; with ten thousand failures a night the service is out of memory by morning", left)
	}
}

// A new account has no pages, a quiet one has one, and some months are one long page.
func TestQuietMonths(t *testing.T) {
	for _, month := range [][][]statement.Booking{nil, {{}}, firstOfTheMonth(3), firstOfTheMonth(1200)} {
		ledger := newLedger(month...)
		s := request(ledger)
		settle.Wait()
		for n := range month {
			ledger.answer(n)
		}
		settle.Wait()

		s.mustSucceed(t)
		s.mustBeInOrder(t, month)
	}
}

// firstOfTheMonth makes pages of bookings that are all of the same day. Each flat is
// let to two, who pay half the rent each: two bookings that look the same.
func firstOfTheMonth(sizes ...int) [][]statement.Booking {
	pages := make([][]statement.Booking, len(sizes))
	tenant := 0
	for n, size := range sizes {
		for range size {
			pages[n] = append(pages[n], statement.Booking{Day: "2026-10-01", Text: fmt.Sprintf("half the rent, flat %d", tenant/2+1), Cents: 40000})
			tenant++
		}
	}
	return pages
}
