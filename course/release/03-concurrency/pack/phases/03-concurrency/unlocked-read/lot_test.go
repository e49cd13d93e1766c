package auction_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"goprod.example/course/internal/settle"
	auction "goprod.example/course/phases/03-concurrency/unlocked-read"
)

// The two offers of the incident.
var (
	ines = auction.Offer{Bidder: "ines", Cents: 295000, At: "20:41:06"}
	tom  = auction.Offer{Bidder: "tom", Cents: 310000, At: "20:41:07"}
)

// The screen in the hall was redrawn while tom's bid came in. It showed ines with
// tom's price, the hammer fell, and the invoice went to her.
func TestScreenIsRedrawnDuringABid(t *testing.T) {
	// The race detector judges this test. The clock shares no memory, and nobody is
	// told that the other is done: only the lot can put the bid and the look in an
	// order.
	clock := func() string { return ines.At }
	for _, bidFirst := range []bool{true, false} {
		lot := auction.Open(214, clock)
		mustLead(t, lot, ines)

		var bidding, screen *visit
		if bidFirst {
			bidding = bid(lot, tom)
			settle.Wait()
			screen = look(lot)
		} else {
			screen = look(lot)
			settle.Wait()
			bidding = bid(lot, tom)
		}
		settle.Wait()
		bidding.mustReturn(t)
		screen.mustReturn(t)
		screen.mustShowOneOf(t, ines, auction.Offer{Bidder: tom.Bidder, Cents: tom.Cents, At: ines.At})
	}
}

// A phone fetched the page line by line while tom's bid came in. The name on it was
// from one offer, and the price below it from the next.
func TestPageShowsOneOffer(t *testing.T) {
	for lines := range 4 {
		clock := newClock(ines.At)
		lot := auction.Open(214, clock.now)
		mustLead(t, lot, ines)
		clock.set(tom.At)

		page := fetch(lot, &phone{pauseAfter: lines, resume: make(chan struct{})})
		settle.Wait() // the phone has taken some lines and pauses
		bidding := bid(lot, tom)
		settle.Wait() // tom leads, or waits for the phone
		close(page.phone.resume)
		settle.Wait()

		bidding.mustReturn(t)
		page.mustReturn(t)
		page.mustReadOneOf(t, 214, ines, tom)
	}
}

// Somebody opened the page in the underground, and the phone took a line a minute.
// Nobody could bid until it was back above ground.
func TestSlowPhoneDelaysNobody(t *testing.T) {
	clock := newClock(ines.At)
	lot := auction.Open(214, clock.now)
	mustLead(t, lot, ines)
	clock.set(tom.At)

	page := fetch(lot, &phone{resume: make(chan struct{})})
	settle.Wait() // the phone takes nothing yet
	bidding := bid(lot, tom)
	settle.Wait()
	if !bidding.Done() {
		t.Errorf("tom's bid waits for a slow phone: as long as somebody's page crawls through the network, it is held up in %s", bidding.Where())
	}
	screen := look(lot)
	settle.Wait()
	if !screen.Done() {
		t.Errorf("the screen waits for a slow phone: as long as somebody's page crawls through the network, it is held up in %s", screen.Where())
	}
	close(page.phone.resume)
	settle.Wait()

	for _, v := range []*visit{bidding, screen, page} {
		v.mustReturn(t)
	}
	if !t.Failed() {
		screen.mustShowOneOf(t, tom)
	}
	page.mustReadOneOf(t, 214, ines, tom)
}

// Two bids came in at once, and the higher one did not lead: the lower one was written
// over it, or had come in between and got it refused.
func TestHigherOfTwoBidsLeads(t *testing.T) {
	wu := auction.Offer{Bidder: "wu", Cents: 300000}
	for _, offers := range [][]auction.Offer{{wu, tom}, {tom, wu}} {
		clock := newClock(ines.At)
		lot := auction.Open(214, clock.now)
		mustLead(t, lot, ines)

		clock.set(tom.At)
		clock.slow.Store(true)
		bids := map[string]*visit{}
		for _, o := range offers {
			bids[o.Bidder] = bid(lot, o)
			settle.Wait() // the clock keeps the first waiting; the second is in, or waits as well
		}
		close(clock.resume)
		settle.Wait()

		for _, o := range offers {
			bids[o.Bidder].mustReturn(t)
		}
		if err := bids["tom"].Err(); err != nil {
			t.Fatalf("the highest bid was refused: tom offered %d cents, more than anybody, and was told %q", tom.Cents, err)
		}
		if err := bids["wu"].Err(); err != nil && !errors.Is(err, auction.ErrTooLow) {
			t.Fatalf("wu's bid was neither accepted nor too low: wu was told %q", err)
		}
		screen := look(lot)
		settle.Wait()
		screen.mustReturn(t)
		if got := screen.offer; got != tom {
			t.Fatalf("a lower bid was written over a higher one: tom's %d cents were accepted, and %s leads with %d", tom.Cents, got.Bidder, got.Cents)
		}
	}
}

// One bid after the other: a quiet lot.
func TestQuietLot(t *testing.T) {
	clock := newClock(ines.At)
	lot, other := auction.Open(7, clock.now), auction.Open(8, clock.now)
	mustLead(t, lot, ines)
	clock.set("20:44:30")

	for _, cents := range []int64{90000, ines.Cents} {
		late := bid(lot, auction.Offer{Bidder: "wu", Cents: cents})
		settle.Wait()
		late.mustReturn(t)
		if !errors.Is(late.Err(), auction.ErrTooLow) {
			t.Errorf("a bid that beats nobody's was not refused: ines leads with %d cents, wu offered %d and was told %v; want ErrTooLow", ines.Cents, cents, late.Err())
		}
	}
	screen := look(lot)
	page := fetch(lot, &phone{pauseAfter: -1})
	settle.Wait()
	screen.mustReturn(t)
	page.mustReturn(t)
	screen.mustShowOneOf(t, ines)
	page.mustReadOneOf(t, 7, ines)

	mustLead(t, other, auction.Offer{Bidder: "wu", Cents: 1205}) // another lot is another auction
}

// visit is a call of one of the lot's methods, in a goroutine of its own.
type visit struct {
	*settle.Task
	who   string
	offer auction.Offer // what a look returned
	phone *phone        // what a page was written to
}

func bid(lot *auction.Lot, o auction.Offer) *visit {
	return &visit{who: o.Bidder + "'s bid", Task: settle.Go(func() error {
		return lot.Bid(o.Bidder, o.Cents)
	})}
}

func look(lot *auction.Lot) *visit {
	v := &visit{who: "the screen"}
	v.Task = settle.Go(func() error {
		v.offer = lot.Leading()
		return nil
	})
	return v
}

func fetch(lot *auction.Lot, p *phone) *visit {
	return &visit{who: "the page", phone: p, Task: settle.Go(func() error {
		lot.WritePage(p)
		return nil
	})}
}

// mustReturn stops the test if the call hangs although no phone and no clock
// holds it up any more.
func (v *visit) mustReturn(t *testing.T) {
	t.Helper()
	if !v.Done() {
		t.Fatalf("the auction stands still: %s never came back, it waits for %s", v.who, v.Where())
	}
}

// mustShowOneOf fails the test unless a look returned one of the offers, whole.
func (v *visit) mustShowOneOf(t *testing.T, offers ...auction.Offer) {
	t.Helper()
	if slices.Contains(offers, v.offer) {
		return
	}
	var want []string
	for _, o := range offers {
		want = append(want, fmt.Sprintf("%+v", o))
	}
	t.Errorf("the screen shows an offer that nobody made: %q with %d cents at %s\nexpected %s\ngot      %+v", v.offer.Bidder, v.offer.Cents, v.offer.At, strings.Join(want, " or "), v.offer)
}

// mustReadOneOf fails the test unless the phone got the page of one of the offers.
func (v *visit) mustReadOneOf(t *testing.T, number int, offers ...auction.Offer) {
	t.Helper()
	got := v.phone.text.String()
	var want []string
	for _, o := range offers {
		page := fmt.Sprintf("lot %d\nleading %s\nprice %d.%02d\nsince %s\n", number, o.Bidder, o.Cents/100, o.Cents%100, o.At)
		if got == page {
			return
		}
		want = append(want, fmt.Sprintf("%q", page))
	}
	t.Errorf("the page fits no offer that was made: a phone got other lines than one bid's\nexpected %s\ngot      %q", strings.Join(want, " or "), got)
}

// mustLead makes a bid that has to be accepted.
func mustLead(t *testing.T, lot *auction.Lot, o auction.Offer) {
	t.Helper()
	b := bid(lot, o)
	settle.Wait()
	b.mustReturn(t)
	if b.Err() != nil {
		t.Fatalf("a good bid was refused: nobody had offered as much as %s's %d cents, and %s was told %q", o.Bidder, o.Cents, o.Bidder, b.Err())
	}
}

// phone takes a page, and pauses before one of its lines until the test lets it go
// on. It shares no memory with anybody.
type phone struct {
	pauseAfter int // so many writes; -1: never
	writes     int
	resume     chan struct{}
	text       strings.Builder
}

func (p *phone) Write(b []byte) (int, error) {
	if p.writes == p.pauseAfter {
		<-p.resume
	}
	p.writes++
	return p.text.Write(b)
}

// clock is the house's clock. The test sets it, and can make it keep the next
// caller waiting.
type clock struct {
	time   atomic.Pointer[string]
	slow   atomic.Bool
	resume chan struct{}
}

func newClock(time string) *clock {
	c := &clock{resume: make(chan struct{})}
	c.set(time)
	return c
}

func (c *clock) set(time string) { c.time.Store(&time) }

func (c *clock) now() string {
	if c.slow.CompareAndSwap(true, false) {
		<-c.resume
	}
	return *c.time.Load()
}
