package taxi_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	taxi "goprod.example/course/phases/03-concurrency/backoff-ignores-context"
)

var (
	errBusy  = errors.New("no car is free")
	errRadio = errors.New("the central does not answer")
)

// The incident: ida cancels while Order waits for its second attempt. Her order hung
// on without her.
func TestNoCarForAPassengerWhoCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(errBusy, nil)
		desk := &taxi.Desk{Central: c, Attempts: 5, Wait: time.Second, MaxWait: time.Minute}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()

		ida := order(ctx, desk)
		synctest.Sleep(412300 * time.Microsecond) // refused at 0 s, asks again at 1 s
		cancel()
		synctest.Wait()
		atOnce := ida.returned()
		synctest.Sleep(time.Hour)
		switch requests := c.requests(); {
		case len(requests) > 1:
			t.Errorf("a car came for ida, who had cancelled: that was at 412.3ms, and a request went out at %v", requests[1])
		case !ida.returned():
			t.Error("ida's order never ended: an hour after she cancelled Order has not returned")
		case !atOnce:
			t.Errorf("ida's order outlived her: she cancelled at 412.3ms, and Order returned at %v", ida.at)
		case ida.err == nil:
			t.Error("ida was told that a car is coming: Order returned nil, and the central has sent none")
		}
	})
}

// Ida cancelled, and what Order returned did not say so, or not why she had to wait.
func TestErrorSaysWhoGaveUpAndWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(errBusy, errRadio) // errRadio from the second request on
		desk := &taxi.Desk{Central: c, Attempts: 5, Wait: time.Second, MaxWait: time.Minute}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()

		ida := order(ctx, desk)
		synctest.Sleep(3512300 * time.Microsecond) // refused at 0, 1 and 3 s
		cancel()
		synctest.Sleep(time.Hour)
		ida.mustSay(t, context.Canceled, errRadio)
	})
}

// A central that is busy is asked again, a little later each time.
func TestBusyCentralIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(errBusy, errBusy, errRadio, errBusy, nil)
		desk := &taxi.Desk{Central: c, Attempts: 6, Wait: time.Second, MaxWait: 3 * time.Second}

		ida := order(t.Context(), desk)
		synctest.Sleep(time.Hour)
		ida.mustHaveReturned(t)
		if ida.err != nil {
			t.Errorf("ida got no car: the central would have sent one at the fifth request, and Order returned %q", ida.err)
		}
		c.mustHaveBeenAsked(t, 0, 1*time.Second, 3*time.Second, 6*time.Second, 9*time.Second)
	})
}

// A central that never has a car is not asked for ever.
func TestOrderGivesUpAfterTheLastAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCentral(errBusy, errBusy, errRadio)
		desk := &taxi.Desk{Central: c, Attempts: 3, Wait: time.Second, MaxWait: time.Minute}

		ida := order(t.Context(), desk)
		synctest.Sleep(time.Hour)
		ida.mustHaveReturned(t)
		switch {
		case !errors.Is(ida.err, errRadio):
			t.Errorf("nobody learns why ida got no car: the last refusal was %q, and Order returned %v", errRadio, ida.err)
		case errors.Is(ida.err, context.Canceled):
			t.Errorf("ida was blamed for cancelling: she did not, and Order returned %q", ida.err)
		case ida.at != 3*time.Second:
			t.Errorf("ida was kept waiting for nothing: the third and last refusal came at 3s, and Order returned at %v", ida.at)
		}
		c.mustHaveBeenAsked(t, 0, 1*time.Second, 3*time.Second)
	})
}

// ordering is ida's call of Order, in a goroutine of its own.
type ordering struct {
	done chan struct{}
	at   time.Duration // when it returned
	err  error
}

func order(ctx context.Context, desk *taxi.Desk) *ordering {
	o := &ordering{done: make(chan struct{})}
	began := time.Now()
	go func() {
		defer close(o.done)
		o.err = desk.Order(ctx, "4 Mill Lane")
		o.at = time.Since(began)
	}()
	return o
}

func (o *ordering) returned() bool {
	select {
	case <-o.done:
		return true
	default:
		return false
	}
}

func (o *ordering) mustHaveReturned(t *testing.T) {
	t.Helper()
	if !o.returned() {
		t.Fatal("ida's order never ended: an hour later Order has not returned")
	}
}

// mustSay fails the test unless the error of Order tells both who gave up and why.
func (o *ordering) mustSay(t *testing.T, ended, refusal error) {
	t.Helper()
	o.mustHaveReturned(t)
	if o.err == nil {
		t.Error("ida was told that a car is coming: Order returned nil, and the central has sent none")
		return
	}
	if errors.Is(o.err, errors.New("nobody's")) {
		t.Errorf("the app cannot tell why ida has no car: the error says yes to whatever it is asked for, also to what nobody ever returned: %q", o.err)
	}
	switch tellsEnd, tellsRefusal := errors.Is(o.err, ended), errors.Is(o.err, refusal); {
	case !tellsEnd && !tellsRefusal:
		t.Errorf("the app has nothing to tell ida: the error wraps neither %q nor the central's last refusal, %q: %q", ended, refusal, o.err)
	case !tellsEnd:
		t.Errorf("the app tells ida that the central failed: her context had ended, and the error does not wrap %q: %q", ended, o.err)
	case !tellsRefusal:
		t.Errorf("nobody learns why ida had to wait: the error does not wrap the central's last refusal, %q: %q", refusal, o.err)
	}
}

// central gives one answer after the other, and the last one from then on. It takes
// its time if told to, and does not look at the context meanwhile.
type central struct {
	began time.Time
	takes time.Duration

	mu      sync.Mutex
	answers []error
	asked   []time.Duration
}

func newCentral(answers ...error) *central {
	return &central{began: time.Now(), answers: answers}
}

func (c *central) Request(context.Context, string) error {
	c.mu.Lock()
	c.asked = append(c.asked, time.Since(c.began))
	answer := c.answers[min(len(c.asked), len(c.answers))-1]
	c.mu.Unlock()
	time.Sleep(c.takes)
	return answer
}

// requests tells when the central was asked.
func (c *central) requests() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.asked)
}

func (c *central) mustHaveBeenAsked(t *testing.T, want ...time.Duration) {
	t.Helper()
	if got := c.requests(); !slices.Equal(got, want) {
		t.Errorf("the central was not asked as agreed: expected requests at %v, got %v", want, got)
	}
}
