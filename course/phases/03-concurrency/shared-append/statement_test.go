package statement_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"goprod.example/course/internal/settle"
	statement "goprod.example/course/phases/03-concurrency/shared-append"
)

const account = "4417"

var errLedger = errors.New("ledger: connection reset")

// october is three pages of a landlord's month. The first of the month fills one
// page and begins the next, and the bakery was paid the same sum twice.
func october() [][]statement.Booking {
	return [][]statement.Booking{
		{{"2026-10-01", "salary", 290000}, {"2026-10-01", "rent, flat 3", 115000}},
		{{"2026-10-01", "mortgage", -240000}, {"2026-10-02", "bakery", -1480}, {"2026-10-02", "bakery", -1480}},
		{{"2026-10-02", "bakery, refund", 320}, {"2026-10-31", "account fee", -490}},
	}
}

// Three pages arrived in the same millisecond, and each added its bookings to the
// statement while the others did: the rent for flat 3 was not on it.
func TestNoBookingIsLost(t *testing.T) {
	ledger := newLedger(october()...)
	s := request(ledger)
	settle.Wait() // the ledger has every request that it will get so far
	ledger.answer(0, 1, 2)
	settle.Wait()

	s.mustSucceed(t)
	s.mustHoldEveryBooking(t, october())
}

// The pages arrived the other way round, one after the other, and two of them
// changed the same statement with nothing between them that made one wait.
func TestLatePagesKeepTheirPlace(t *testing.T) {
	ledger := newLedger(october()...)
	s := request(ledger)
	for _, page := range []int{2, 1, 0} {
		settle.Wait()
		ledger.answer(page)
	}
	settle.Wait()

	s.mustSucceed(t)
	s.mustBeInOrder(t, october())
}

// A month of 40 pages has to be there in the time of one.
func TestAllPagesAreAskedForAtOnce(t *testing.T) {
	ledger := newLedger(make([][]statement.Booking, 40)...)
	s := request(ledger)
	settle.Wait() // no page is answered, so whoever waits for one is stuck
	asked := ledger.asked()
	s.cancel()
	settle.Wait()

	if asked != 40 {
		t.Errorf("the customer waited for page after page: only %d of 40 pages had been asked for when the first was still on its way", asked)
	}
	s.mustReturn(t, "the customer has closed the browser")
	if s.Err() == nil {
		t.Error("the customer got a statement of nothing: no page had arrived when the browser was closed, and Bookings returned no error")
	}
}

// A statement with a hole in it is worse than none.
func TestFailedPageMeansNoStatement(t *testing.T) {
	ledger := newLedger(october()[:2]...)
	s := request(ledger)
	settle.Wait()
	ledger.answer(0)
	settle.Wait()
	ledger.fail(1, errLedger)
	settle.Wait()

	s.mustReturn(t, "page 1 has failed")
	s.mustHaveFailedWith(t, errLedger)
}

// order is a call of Bookings, in a goroutine of its own.
type order struct {
	*settle.Task
	cancel context.CancelFunc // what happens when the customer leaves

	bookings []statement.Booking // valid once the call has returned
}

func request(ledger *fakeLedger) *order {
	ctx, cancel := context.WithCancel(context.Background())
	o := &order{cancel: cancel}
	o.Task = settle.Go(func() (err error) {
		o.bookings, err = statement.Bookings(ctx, ledger, account, len(ledger.pages))
		return err
	})
	return o
}

// mustReturn stops the test if Bookings hangs although nothing can come any more.
func (o *order) mustReturn(t *testing.T, because string) {
	t.Helper()
	if !o.Done() {
		t.Fatalf("the customer still waits for the statement: %s, and Bookings waits for %s", because, o.Where())
	}
}

func (o *order) mustSucceed(t *testing.T) {
	t.Helper()
	o.mustReturn(t, "every page has arrived")
	if o.Err() != nil {
		t.Fatalf("the customer got no statement although every page arrived: Bookings returned %v", o.Err())
	}
}

func (o *order) mustHaveFailedWith(t *testing.T, want error) {
	t.Helper()
	switch {
	case o.Err() == nil:
		t.Errorf("the customer got a statement with a hole: a page failed, and Bookings returned %d bookings and no error", len(o.bookings))
	case !errors.Is(o.Err(), want) && strings.Contains(o.Err().Error(), want.Error()):
		t.Errorf("no program can tell what broke the statement: Bookings returned %q, which has the ledger's words and does not wrap its error, so errors.Is does not find it", o.Err())
	case !errors.Is(o.Err(), want):
		t.Errorf("nobody can tell what broke the statement: the ledger said %q, and Bookings returned %q", want, o.Err())
	case len(o.bookings) > 0:
		t.Errorf("the customer got a statement with a hole: a page failed, and beside the error Bookings returned %d bookings", len(o.bookings))
	}
}

func (o *order) mustHoldEveryBooking(t *testing.T, pages [][]statement.Booking) {
	t.Helper()
	all := slices.Concat(pages...)
	handedOut, shown := count(all), count(o.bookings)
	for _, b := range all {
		switch want, got := handedOut[b], shown[b]; {
		case got == 0:
			t.Fatalf("%q of %s is not on the statement: the ledger handed out %d bookings, and %d are on it", b.Text, b.Day, len(all), len(o.bookings))
		case got < want:
			t.Fatalf("a booking that looks like another is not on the statement: the ledger handed out %q of %s %s, and it is there %s", b.Text, b.Day, times(want), times(got))
		case got > want:
			t.Fatalf("%q of %s is on the statement %s: the ledger handed it out %s", b.Text, b.Day, times(got), times(want))
		}
	}
	if len(o.bookings) > len(all) {
		t.Fatalf("the statement shows what the account never did: the ledger handed out %d bookings, and %d are on it", len(all), len(o.bookings))
	}
}

func (o *order) mustBeInOrder(t *testing.T, pages [][]statement.Booking) {
	t.Helper()
	o.mustHoldEveryBooking(t, pages)
	for i, want := range slices.Concat(pages...) {
		if got := o.bookings[i]; got != want {
			t.Fatalf("the statement is out of order, and its running balance with it: line %d, expected %s %q, got %s %q", i+1, want.Day, want.Text, got.Day, got.Text)
		}
	}
}

// count tells how often each booking is there.
func count(bookings []statement.Booking) map[statement.Booking]int {
	n := map[statement.Booking]int{}
	for _, b := range bookings {
		n[b]++
	}
	return n
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

// fakeLedger holds every page until the test answers it, or until the request's
// context ends. What two requests do is ordered by nothing in here: each page has
// a channel and a flag of its own, and Page touches the flag only on its way in.
type fakeLedger struct {
	pages []*page
}

type page struct {
	asked    atomic.Bool
	arrived  chan struct{}
	bookings []statement.Booking
	err      error
}

func newLedger(pages ...[]statement.Booking) *fakeLedger {
	l := &fakeLedger{}
	for _, bookings := range pages {
		l.pages = append(l.pages, &page{arrived: make(chan struct{}), bookings: bookings})
	}
	return l
}

// answer lets pages arrive.
func (l *fakeLedger) answer(pages ...int) {
	for _, n := range pages {
		close(l.pages[n].arrived)
	}
}

// fail lets a page arrive as an error.
func (l *fakeLedger) fail(n int, err error) {
	l.pages[n].bookings, l.pages[n].err = nil, err
	l.answer(n)
}

// asked counts the pages that somebody has asked for.
func (l *fakeLedger) asked() (n int) {
	for _, p := range l.pages {
		if p.asked.Load() {
			n++
		}
	}
	return n
}

func (l *fakeLedger) Page(ctx context.Context, _ string, n int) ([]statement.Booking, error) {
	p := l.pages[n]
	p.asked.Store(true)
	select {
	case <-p.arrived:
		return slices.Clone(p.bookings), p.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
