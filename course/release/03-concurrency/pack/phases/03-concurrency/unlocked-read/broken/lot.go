// Package auction keeps the bidding on a lot and shows how it stands: on the
// screen in the hall, and on a page for the phones of those who are elsewhere.
package auction

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrTooLow reports a bid that does not beat the leading one.
var ErrTooLow = errors.New("bid is too low")

// Offer is what somebody has bid, and when.
type Offer struct {
	Bidder string
	Cents  int64
	At     string // by the house's clock, "20:41:07"
}

// Lot is one thing under the hammer. The hall, the telephones and the website bid
// on it and look at it at once:
//
//   - Any method may run beside any other, without a data race.
//   - A reader gets one offer: name, price and time belong together.
//   - A phone that takes its page slowly delays no bid and no other reader.
//   - A bid that beats the leading one is accepted. One that does not returns
//     ErrTooLow and changes nothing. Both also when two bids come at once.
//
// What is not exported is free to change.
type Lot struct {
	number int           // never changes after Open
	now    func() string // the house's clock; never changes after Open

	mu     sync.Mutex // guards bidder, cents and at
	bidder string
	cents  int64
	at     string
}

// Open puts a lot under the hammer. Nobody leads, with nothing.
func Open(number int, now func() string) *Lot {
	return &Lot{number: number, now: now}
}

// Bid makes an offer. Once it returns nil, the offer leads.
func (l *Lot) Bid(bidder string, cents int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if cents <= l.cents {
		return fmt.Errorf("lot %d: %s offers %s: %w", l.number, bidder, euros(cents), ErrTooLow)
	}
	l.bidder = bidder
	l.cents = cents
	l.at = l.now()
	return nil
}

// Leading is the offer to beat. The screen shows it, and when the hammer falls
// the invoice is made out from it.
func (l *Lot) Leading() Offer {
	return Offer{Bidder: l.bidder, Cents: l.cents, At: l.at}
}

// WritePage writes the lot's page to a phone, in these words and this order. A
// phone that hangs up misses the rest, which is nobody else's business.
func (l *Lot) WritePage(w io.Writer) {
	fmt.Fprintf(w, "lot %d\n", l.number)
	fmt.Fprintf(w, "leading %s\n", l.bidder)
	fmt.Fprintf(w, "price %s\n", euros(l.cents))
	fmt.Fprintf(w, "since %s\n", l.at)
}

// euros prints an amount as it stands on the screen: "2950.00".
func euros(cents int64) string {
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}
