// Package desk takes reservations for a chain of restaurants.
package desk

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// SendTimeout is how long the desk tries to send a confirmation.
const SendTimeout = 10 * time.Second

// Reservation is a table for one evening.
type Reservation struct {
	Guest string // the guest's mail address
	Table string // "table 9 at 19:30"
}

// Book is where the tables stand. It crosses the network, and gives up with the
// context's error when its context ends.
type Book interface {
	Enter(ctx context.Context, r Reservation) error
}

// Mailer sends mail from the restaurant that its context names. It crosses the
// network, and gives up with the context's error when its context ends. Close hangs
// up, and a mail that is then under way is lost.
type Mailer interface {
	Send(ctx context.Context, to, text string) error
	Close() error
}

// Desk takes reservations. It is safe for concurrent use.
type Desk struct {
	book Book
	mail Mailer
	log  *slog.Logger
}

// New opens a desk.
func New(book Book, mail Mailer, log *slog.Logger) *Desk {
	return &Desk{book: book, mail: mail, log: log}
}

// Reserve enters a reservation for the request whose context it is given, and has
// a confirmation sent. The server ends that context when the guest hangs up, and
// when the request has been answered.
//
//   - A guest who hangs up before the table is entered has no table and no mail; one
//     who hangs up later has both.
//   - It returns when the table is entered: nobody waits for a mail, however many
//     are under way.
//   - The mail goes out although the request is over by then, whatever ended it, and
//     although other mails hang.
//   - The mail's context has every value of the request's: mailer and log find the
//     restaurant and the trace in it, and values that this package does not know.
//   - A mail that is not sent after SendTimeout is given up, and logged. That time is
//     its own: what the book or other mails take does not count.
func (d *Desk) Reserve(ctx context.Context, r Reservation) error {
	if err := d.book.Enter(ctx, r); err != nil {
		return fmt.Errorf("reserve %s: %w", r.Table, err)
	}
	go func() {
		ctx, cancel := context.WithTimeout(ctx, SendTimeout)
		defer cancel()
		if err := d.mail.Send(ctx, r.Guest, "See you at "+r.Table+"."); err != nil {
			d.log.ErrorContext(ctx, "confirmation not sent", "guest", r.Guest, "err", err)
		}
	}()
	return nil
}

// Close waits until every confirmation is sent or given up, no longer, and hangs up.
// It is called once, when the server has shut down and no Reserve is under way.
func (d *Desk) Close() error {
	return d.mail.Close()
}
