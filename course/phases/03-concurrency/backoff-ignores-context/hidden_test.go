package taxi_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	taxi "goprod.example/course/phases/03-concurrency/backoff-ignores-context"
)

var errPatience = errors.New("ida has had enough")

// Ida's patience had a limit, and ran out in the middle of a long wait; or when there
// was nothing left to wait for, and the central was asked for somebody who had gone.
func TestDeadlineEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(errBusy, errBusy, errBusy, errRadio, nil)
		desk := &taxi.Desk{Central: c, Attempts: 9, Wait: 2 * time.Second, MaxWait: time.Minute}
		const patience = 20345600 * time.Microsecond
		ctx, cancel := context.WithTimeoutCause(context.Background(), patience, errPatience)
		defer cancel()

		ida := order(ctx, desk) // refused at 0, 2, 6 and 14 s; the next request is due at 30 s
		synctest.Sleep(patience + time.Nanosecond)
		inTime := ida.returned()
		synctest.Sleep(time.Hour)
		ida.mustHaveReturned(t)
		if requests := c.requests(); len(requests) > 4 && requests[4] < patience {
			t.Fatalf("the central was asked too early: it refused at 14s and was to be left alone until 30s, and a request went out at %v", requests[4])
		} else if len(requests) > 4 {
			t.Fatalf("a car came for ida, who had left: her patience ended at %v, and a request went out at %v", patience, requests[4])
		}
		if !inTime {
			t.Errorf("ida's order outlived her: her patience ended at %v, and Order returned at %v", patience, ida.at)
		}
		ida.mustSay(t, context.DeadlineExceeded, errRadio)
		c.mustHaveBeenAsked(t, 0, 2*time.Second, 6*time.Second, 14*time.Second)

		// Her patience ends and there is nothing to wait for: both at once. Which of the
		// two Order sees first is down to chance, so it gets many orders.
		for range 64 {
			askedAtAnEnd(t, 3*time.Second, 0)
			askedAtAnEnd(t, time.Second, 2*time.Second)
		}
	})
}

// askedAtAnEnd has one order's deadline pass at 2 s, and fails the test if a request
// goes out afterwards. Each request takes as long as told. A busy machine may hold Order
// up where it goes to wait, for as long as told.
func askedAtAnEnd(t *testing.T, takes, holdUp time.Duration) {
	t.Helper()
	c := newCentral(errRadio)
	c.takes = takes
	desk := &taxi.Desk{Central: c, Attempts: 2, Wait: 0, MaxWait: time.Minute}
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()

	<-order(&heldUp{ctx, c, holdUp}, desk).done
	synctest.Sleep(time.Minute) // whatever it has started may end
	if requests := c.requests(); len(requests) > 1 && requests[1] > patience {
		t.Fatalf("a car was asked for ida, who had left: her patience ended at %v, the wait was over as soon as it began, and a request went out at %v", patience, requests[1])
	}
}

// heldUp is a context on a busy machine: once the central has answered, whoever goes to
// wait for the end of it is held up first.
type heldUp struct {
	context.Context
	central *central
	holdUp  time.Duration
}

func (h *heldUp) Done() <-chan struct{} {
	if asked := h.central.requests(); len(asked) > 0 && time.Since(h.central.began) >= asked[0]+h.central.takes {
		time.Sleep(h.holdUp)
	}
	return h.Context.Done()
}

// Ida cancelled while a request was on the air; it was refused, and Order went on to
// wait for the next.
func TestNoWaitAfterARefusalThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(errRadio, nil)
		c.takes = 3 * time.Second
		desk := &taxi.Desk{Central: c, Attempts: 5, Wait: 10 * time.Second, MaxWait: time.Minute}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()

		ida := order(ctx, desk)
		synctest.Sleep(1234 * time.Millisecond)
		cancel()
		synctest.Sleep(time.Hour)
		ida.mustHaveReturned(t)
		if requests := c.requests(); len(requests) > 1 {
			t.Fatalf("a car came for ida, who had cancelled: that was at 1.234s, and a request went out at %v", requests[1])
		}
		if ida.at != 3*time.Second {
			t.Errorf("ida's order ended at the wrong moment: she cancelled at 1.234s, the request on the air was refused at 3s, and Order returned at %v", ida.at)
		}
		ida.mustSay(t, context.Canceled, errRadio)
	})
}

// Ida cancelled too late: the request on the air sent a car, and she was told that
// none would come.
func TestACarThatWasSentIsNotDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(nil)
		c.takes = 3 * time.Second
		desk := &taxi.Desk{Central: c, Attempts: 5, Wait: time.Second, MaxWait: time.Minute}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()

		ida := order(ctx, desk)
		synctest.Sleep(1234 * time.Millisecond)
		cancel()
		synctest.Sleep(time.Hour)
		ida.mustHaveReturned(t)
		if ida.err != nil {
			t.Errorf("a car is on its way to ida, who was told there is none: the central sent it at 3s, and Order returned at %v with %q", ida.at, ida.err)
		}
	})
}

// The central's own time-out looks like ida's, and is a refusal like any other.
func TestTheCentralsTimeoutIsNotIdas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(
			fmt.Errorf("radio: %w", context.DeadlineExceeded),
			fmt.Errorf("radio: operator hung up: %w", context.Canceled),
			nil,
		)
		c.takes = 2 * time.Second
		desk := &taxi.Desk{Central: c, Attempts: 4, Wait: 5 * time.Second, MaxWait: 7 * time.Second}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
		defer cancel()

		ida := order(ctx, desk)
		synctest.Sleep(5 * time.Minute)
		if !ida.returned() {
			t.Error("ida's order never ended: the central sent a car at the third request, and Order has not returned")
		} else if ida.err != nil {
			t.Errorf("ida got no car although she waited: she had 10 minutes left and the central would have sent one at the third request, but Order returned %q", ida.err)
		}
		c.mustHaveBeenAsked(t, 0, 7*time.Second, 16*time.Second) // 5 s and 7 s after a refusal
	})
}

// The order had returned, and something that it had started went on: a goroutine for
// each passenger who gave up, on a Saturday night.
func TestNothingRunsOnAfterTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// One order ends well, and its context lives on.
		ctx, cancel := context.WithCancel(context.Background())
		_ = cancel
		desk := &taxi.Desk{Central: newCentral(errBusy, errBusy, nil), Attempts: 3, Wait: time.Second, MaxWait: time.Minute}
		<-order(ctx, desk).done

		// One is cancelled in the middle of a wait.
		ctx, cancel = context.WithCancel(context.Background())
		desk = &taxi.Desk{Central: newCentral(errBusy, errRadio), Attempts: 4, Wait: time.Minute, MaxWait: time.Hour}
		ida := order(ctx, desk)
		synctest.Sleep(90 * time.Second)
		cancel()
		<-ida.done
	}) // the bubble complains about every goroutine that is left
}

// Ida had cancelled before her order was looked at, and the central was asked.
func TestNoRequestForAPassengerWhoHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(nil)
		desk := &taxi.Desk{Central: c, Attempts: 3, Wait: time.Second, MaxWait: time.Minute}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()

		ida := order(ctx, desk)
		synctest.Sleep(time.Hour)
		ida.mustHaveReturned(t)
		if requests := c.requests(); len(requests) > 0 {
			t.Errorf("a car came for ida, who had cancelled before the first request: the central was asked at %v", requests[0])
		} else if !errors.Is(ida.err, context.Canceled) {
			t.Errorf("the app does not know that ida cancelled: expected an error that wraps %q, got %v", context.Canceled, ida.err)
		}
	})
}
