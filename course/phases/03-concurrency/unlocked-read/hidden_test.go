package auction_test

import (
	"testing"

	"goprod.example/course/internal/settle"
	auction "goprod.example/course/phases/03-concurrency/unlocked-read"
)

var (
	kay = auction.Offer{Bidder: "kay", Cents: 48000, At: "20:58:12"}
	wu  = auction.Offer{Bidder: "wu", Cents: 50005, At: "20:59:59"}
	lea = auction.Offer{Bidder: "lea", Cents: 64000, At: "20:59:59"}
)

// The screen and a phone looked at the lot while wu's bid was half in the books:
// the name and the price were noted, the time was not.
func TestHalfABidIsNeverShown(t *testing.T) {
	clock := newClock(kay.At)
	lot := auction.Open(31, clock.now)
	mustLead(t, lot, kay)

	clock.set(wu.At)
	clock.slow.Store(true)
	bidding := bid(lot, wu)
	settle.Wait() // the clock keeps wu's bid waiting
	screen := look(lot)
	page := fetch(lot, &phone{pauseAfter: -1})
	settle.Wait() // both have looked, or wait for wu's bid
	close(clock.resume)
	settle.Wait()

	for _, v := range []*visit{bidding, screen, page} {
		v.mustReturn(t)
	}
	screen.mustShowOneOf(t, kay, wu)
	page.mustReadOneOf(t, 31, kay, wu)
}

// Two telephones bid in the same second, and their offers were written into each
// other.
func TestTwoBidsInOneSecond(t *testing.T) {
	// The race detector judges this test. The clock shares no memory, and lea is
	// not told that wu is done: only the lot can put the two bids in an order.
	lot := auction.Open(31, func() string { return lea.At })

	lower := bid(lot, wu)
	settle.Wait()
	higher := bid(lot, lea)
	settle.Wait()
	lower.mustReturn(t)
	higher.mustReturn(t)
}
