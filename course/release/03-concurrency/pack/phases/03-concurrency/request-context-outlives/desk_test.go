package desk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	desk "goprod.example/course/phases/03-concurrency/request-context-outlives"
)

const (
	ada = "ada@example.com"
	bob = "bob@example.com"
	cy  = "cy@example.com"
)

var errNoSuchBox = errors.New("550 no such mailbox")

// The incident: the request has been answered, and the mail server takes its time.
func TestConfirmationOutlivesTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := newMailer(map[string]time.Duration{ada: 4 * time.Second})
		d := open(t, &fakeBook{}, mail)

		ctx, end := request()
		d.mustReserve(t, ctx, ada)
		end() // the server does this when the handler has returned
		time.Sleep(desk.SendTimeout)

		mail.mustHaveSent(t, ada)
	})
}

// A reservation takes a moment, and a mail server is not part of it.
func TestNobodyWaitsForTheMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := newMailer(map[string]time.Duration{ada: 4 * time.Second})
		d := open(t, &fakeBook{}, mail)

		ctx, end := request()
		defer end()
		start := time.Now()
		d.mustReserve(t, ctx, ada)
		if waited := time.Since(start); waited > 0 {
			t.Fatalf("ada looked at a spinning wheel for %v: her table was entered at once, and Reserve came back when the mail had been sent", waited)
		}

		// New Year's Eve: a crowd of guests, and a mail server that hangs.
		guests := crowd(300)
		takes := map[string]time.Duration{}
		for _, guest := range guests {
			takes[guest] = hung
		}
		d = open(t, &fakeBook{}, newMailer(takes))
		for i, guest := range guests {
			start := time.Now()
			d.mustReserve(t, ctx, guest)
			if waited := time.Since(start); waited > 0 {
				t.Fatalf("guest %d of %d looked at a spinning wheel for %v: the table was entered at once, and Reserve waited until an earlier guest's mail was given up", i+1, len(guests), waited)
			}
		}
	})
}

// The deploy came one second after ada's reservation: the process hung up on her
// confirmation, which the mail server would have taken three seconds later.
func TestCloseWaitsForTheMail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := newMailer(map[string]time.Duration{ada: 4 * time.Second})
		d := open(t, &fakeBook{}, mail)

		ctx, end := request()
		d.mustReserve(t, ctx, ada)
		time.Sleep(time.Second) // no synctest.Wait: it would order what the desk has to order
		start := time.Now()
		d.mustClose(t)
		end()

		if late := min(time.Since(mail.lastEnd()), time.Since(start)); mail.wasSent(ada) && late > time.Second {
			t.Errorf("the deploy hangs for nothing: ada's confirmation was sent, and Close came back %v later", late)
		}
		time.Sleep(desk.SendTimeout)
		mail.mustHaveSent(t, ada)
	})
}

// The mailer takes the sender from the context, and support looks for the trace.
func TestTheMailKnowsItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mail := newMailer(nil)
		mail.fails[bob] = errNoSuchBox
		d := open(t, &fakeBook{}, mail)

		for _, guest := range []string{ada, bob} {
			ctx, end := request()
			d.mustReserve(t, ctx, guest)
			time.Sleep(time.Second)
			end()
		}
		for _, k := range []key{"restaurant", "trace", "ab-test"} {
			if got := mail.value(ada, k); got != of(k) {
				t.Errorf("ada's confirmation does not know its %s: the request's context had %q, and the mail's has %v", k, of(k), got)
			}
		}
		if !d.log.tells(bob, of("trace")) {
			t.Errorf("support cannot find out what became of bob's confirmation: it was refused with %q, and the log, %q, does not have the guest and the trace of his request", errNoSuchBox, d.log.lines())
		}
	})
}

// crowd makes up guests.
func crowd(n int) []string {
	guests := make([]string, n)
	for i := range guests {
		guests[i] = fmt.Sprintf("guest%d@example.com", i+1)
	}
	return guests
}

// key is the type of the context keys that the server's middleware uses.
type key string

// of is the value that a request has under a key.
func of(k key) string { return "some " + string(k) }

// request makes the context of a request, and the function that ends it.
func request() (context.Context, context.CancelFunc) {
	ctx := context.Background()
	for _, k := range []key{"restaurant", "trace", "ab-test"} {
		ctx = context.WithValue(ctx, k, of(k))
	}
	return context.WithCancel(ctx)
}

// openDesk is a desk that is closed at the end of the test, if not before.
type openDesk struct {
	*desk.Desk
	log    *fakeLog
	closed bool
}

func open(t *testing.T, book *fakeBook, mail *fakeMailer) *openDesk {
	d := &openDesk{log: &fakeLog{}}
	d.Desk = desk.New(book, mail, slog.New(d.log))
	t.Cleanup(func() {
		if !d.closed {
			synctest.Wait() // only tests of Close may call it in the middle of something
			d.Close()
		}
		time.Sleep(2 * hung) // whatever is under way comes to its end
	})
	return d
}

func (d *openDesk) mustReserve(t *testing.T, ctx context.Context, guest string) {
	t.Helper()
	if err := d.Reserve(ctx, desk.Reservation{Guest: guest, Table: "table 9 at 19:30"}); err != nil {
		t.Fatalf("%s got no table although one was free: Reserve returned %v", guest, err)
	}
}

func (d *openDesk) mustClose(t *testing.T) {
	t.Helper()
	d.closed = true
	if err := d.Close(); err != nil {
		t.Fatalf("the deploy stopped with an error: Close returned %v", err)
	}
}

// fakeBook enters a table after a while, unless the context ends first.
type fakeBook struct {
	takes time.Duration
	fails error
	then  func() // what happens when a table is entered, before Enter returns

	mu      sync.Mutex
	entered []string // guests
}

func (b *fakeBook) Enter(ctx context.Context, r desk.Reservation) error {
	if b.takes > 0 {
		select {
		case <-time.After(b.takes):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if b.fails != nil {
		return b.fails
	}
	b.mu.Lock()
	b.entered = append(b.entered, r.Guest)
	b.mu.Unlock()
	if b.then != nil {
		b.then()
	}
	return nil
}

func (b *fakeBook) has(guest string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.entered, guest)
}

// hung is how long a mail server takes that hangs.
const hung = time.Hour

// fakeMailer takes a while over each mail, unless the context ends first.
type fakeMailer struct {
	takes map[string]time.Duration // by guest; never changes once the desk is open
	fails map[string]error         // nor does this

	mu       sync.Mutex
	contexts map[string]context.Context // by guest
	sending  []string
	sent     []string
	failed   map[string]error // why a mail was not sent
	last     time.Time        // when the last mail was sent or given up
	hungUp   bool
}

func newMailer(takes map[string]time.Duration) *fakeMailer {
	return &fakeMailer{takes: takes, fails: map[string]error{}, contexts: map[string]context.Context{}, failed: map[string]error{}}
}

func (m *fakeMailer) Send(ctx context.Context, to, _ string) error {
	m.mu.Lock()
	m.contexts[to] = ctx
	m.sending = append(m.sending, to)
	m.mu.Unlock()

	err := m.fails[to]
	if takes := m.takes[to]; takes > 0 {
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			err = ctx.Err()
		}
	} else if ctx.Err() != nil {
		err = ctx.Err()
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	m.sending = slices.DeleteFunc(m.sending, func(guest string) bool { return guest == to })
	m.last = time.Now()
	if m.hungUp {
		err = errors.New("the desk has hung up")
	}
	if err != nil {
		m.failed[to] = err
		return err
	}
	m.sent = append(m.sent, to)
	return nil
}

func (m *fakeMailer) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hungUp = true
	return nil
}

func (m *fakeMailer) wasSent(guest string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Contains(m.sent, guest)
}

func (m *fakeMailer) lastEnd() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

func (m *fakeMailer) stillSending() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.sending)
}

// value is what a guest's mail had in its context.
func (m *fakeMailer) value(guest string, k key) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.contexts[guest] == nil {
		return nil
	}
	return m.contexts[guest].Value(k)
}

func (m *fakeMailer) mustHaveSent(t *testing.T, guests ...string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, guest := range guests {
		if slices.Contains(m.sent, guest) {
			continue
		}
		why := "it was never begun"
		if err := m.failed[guest]; err != nil {
			why = fmt.Sprintf("the mailer gave up with %q", err)
		} else if slices.Contains(m.sending, guest) {
			why = "it is still being sent"
		}
		t.Errorf("%s has a table and no confirmation: %s", guest, why)
	}
}

// fakeLog is a handler that keeps each record's text, and the trace of its context.
type fakeLog struct {
	mu   sync.Mutex
	kept []line
}

type line struct{ text, trace string }

func (l *fakeLog) Handle(ctx context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	trace, _ := ctx.Value(key("trace")).(string)
	l.kept = append(l.kept, line{text, trace})
	return nil
}

func (l *fakeLog) Enabled(context.Context, slog.Level) bool { return true }
func (l *fakeLog) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *fakeLog) WithGroup(string) slog.Handler            { return l }

// tells reports whether a record has the guest in its text and, if a trace is given,
// that trace in its context.
func (l *fakeLog) tells(guest, trace string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.kept, func(kept line) bool {
		return strings.Contains(kept.text, guest) && (trace == "" || kept.trace == trace)
	})
}

func (l *fakeLog) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for _, kept := range l.kept {
		lines = append(lines, strings.TrimSpace(kept.text+" "+kept.trace))
	}
	return lines
}
