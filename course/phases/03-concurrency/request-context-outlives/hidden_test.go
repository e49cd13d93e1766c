package desk_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	desk "goprod.example/course/phases/03-concurrency/request-context-outlives"
)

// Requests end in more ways than one, and the mail server takes nine seconds.
func TestConfirmationOutlivesEveryEndOfARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := newMailer(map[string]time.Duration{ada: 9 * time.Second, bob: 9 * time.Second, cy: 9 * time.Second})
		book := &fakeBook{}
		d := open(t, book, mail)

		ctx, end := request()
		defer end()
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second) // a middleware's timeout
		defer cancel()
		d.mustReserve(t, ctx, ada)

		ctx, hangUp := request()
		d.mustReserve(t, ctx, bob)
		time.Sleep(5 * time.Second)
		hangUp() // bob has seen enough while the page was still loading

		ctx, hangUp = request()
		book.then = hangUp // cy has as soon as the table is entered
		_ = d.Reserve(ctx, desk.Reservation{Guest: cy, Table: "table 9 at 19:30"})
		time.Sleep(3 * desk.SendTimeout)

		mail.mustHaveSent(t, ada, bob, cy)
	})
}

// The deploy came one second after three reservations: the process hung up on two
// confirmations that were on their way, and on one that nobody would ever have taken.
func TestCloseWaitsForEveryMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := newMailer(map[string]time.Duration{ada: 2 * time.Second, bob: 7 * time.Second, cy: hung})
		d := open(t, &fakeBook{}, mail)

		for _, guest := range []string{ada, bob, cy} {
			ctx, end := request()
			defer end()
			d.mustReserve(t, ctx, guest)
		}
		time.Sleep(time.Second)
		start := time.Now()
		d.mustClose(t)

		mail.mustHaveSent(t, ada, bob)
		if waited := time.Since(start); waited > 3*desk.SendTimeout {
			t.Errorf("the deploy was killed after its minute: Close waited %v for a mail server that hangs", waited)
		}

		quiet := open(t, &fakeBook{}, newMailer(nil))
		start = time.Now()
		quiet.mustClose(t)
		if waited := time.Since(start); waited > time.Second {
			t.Errorf("the deploy hangs for nothing: no confirmation was under way, and Close took %v", waited)
		}
	})
}

// A mail has SendTimeout for itself: a slow book does not use it up, and neither do
// other mails, however many of them hang.
func TestEachMailHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := request()
		defer end()

		mail := newMailer(map[string]time.Duration{ada: 4 * time.Second})
		d := open(t, &fakeBook{takes: desk.SendTimeout - 2*time.Second}, mail)
		d.mustReserve(t, ctx, ada)
		time.Sleep(desk.SendTimeout)
		mail.mustHaveSent(t, ada)

		guests := crowd(300)
		takes := map[string]time.Duration{}
		for _, guest := range guests[:20] {
			takes[guest] = hung
		}
		mail = newMailer(takes)
		d = open(t, &fakeBook{}, mail)
		for _, guest := range guests {
			d.mustReserve(t, ctx, guest)
		}
		time.Sleep(hung) // enough to give up the first twenty one by one
		for _, guest := range guests[20:] {
			mail.mustHaveSent(t, guest)
			if t.Failed() {
				return // one is enough
			}
		}
	})
}

// A mail server that accepts the connection and says no more must not keep what
// belongs to a reservation for ever.
func TestAHungMailIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := newMailer(map[string]time.Duration{ada: hung})
		d := open(t, &fakeBook{}, mail)

		ctx, end := request()
		d.mustReserve(t, ctx, ada)
		end()
		time.Sleep(desk.SendTimeout + time.Second)

		if len(mail.stillSending()) > 0 {
			t.Errorf("leak: blocked goroutines remain long after the request: %v after ada's reservation the desk still tries to send her confirmation, and each guest adds one more until the mail server is back", desk.SendTimeout+time.Second)
			return
		}
		if !d.log.tells(ada, "") {
			t.Errorf("support cannot find out what became of ada's confirmation: it was given up, and the log, %q, does not name her", d.log.lines())
		}
	})
}

// A guest who gives up, or gets no table, must not be expected for dinner.
func TestAGuestWhoHangsUpHasNoTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book, mail := &fakeBook{takes: 30 * time.Second}, newMailer(nil)
		d := open(t, book, mail)
		ctx, end := request()
		time.AfterFunc(time.Second, end)
		start := time.Now()
		err := d.Reserve(ctx, desk.Reservation{Guest: ada, Table: "table 9 at 19:30"})
		waited := time.Since(start)
		time.Sleep(hung)

		if book.has(ada) {
			t.Errorf("table 9 stays empty tonight: ada hung up after 1s, and %v after her call the table was entered for her all the same", waited)
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("nobody can tell that ada hung up: Reserve returned %v; want the context's error, wrapped", err)
		}
		if mail.wasSent(ada) && !t.Failed() {
			t.Error("ada is told to come and has no table: she hung up before it was entered, and a confirmation was sent")
		}

		full := errors.New("table 9 is taken")
		d = open(t, &fakeBook{fails: full}, mail)
		ctx, end = request()
		defer end()
		err = d.Reserve(ctx, desk.Reservation{Guest: bob, Table: "table 9 at 19:30"})
		time.Sleep(desk.SendTimeout)
		if !errors.Is(err, full) {
			t.Errorf("nobody tells bob that there is no table: the book said %q, and Reserve returned %v", full, err)
		}
		if mail.wasSent(bob) {
			t.Error("bob is told to come and has no table: the book refused him, and a confirmation was sent")
		}

		ctx, end = request()
		d = open(t, &fakeBook{then: end}, mail)
		if err := d.Reserve(ctx, desk.Reservation{Guest: cy, Table: "table 9 at 19:30"}); err != nil {
			t.Errorf("a table is kept for cy, who is told that there is none: cy hung up when the book had entered it, and Reserve returned %v", err)
		}
	})
}
