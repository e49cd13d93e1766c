package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"goprod.example/course/internal/settle"
	dispatch "goprod.example/course/phases/03-concurrency/first-wins-leak"
)

// The caller had hung up and was safe. The line stayed taken until the slowest
// network was done; or it was free, and the networks paged on.
func TestCallerHangsUp(t *testing.T) {
	mast, handset := newSource("mast"), newSource("handset")
	mast.deaf, handset.deaf = true, true
	mastAsked, handsetAsked := make(chan context.Context, 1), make(chan context.Context, 1)
	mast.asked = func(ctx context.Context) { mastAsked <- ctx }
	handset.asked = func(ctx context.Context) { handsetAsked <- ctx }
	ctx, hangUp := context.WithCancel(t.Context())
	call := find(ctx, dispatch.NewFinder(noJournal, mast, handset), "4471")
	settle.Wait()
	hangUp()
	settle.Wait()

	if !call.Done() {
		t.Fatalf("the line is still taken: the caller hung up, and Find waits for %s", call.Where())
	}
	if !errors.Is(call.Err(), context.Canceled) {
		t.Errorf("a caller who hung up was taken for something else: Find's error does not hold ctx's\nexpected %q\ngot      %q", context.Canceled, fmt.Sprint(call.Err()))
	}
	if (<-mastAsked).Err() == nil || (<-handsetAsked).Err() == nil {
		t.Error("the networks page on after the caller hung up: Find has returned, and a query's ctx has not ended")
	}
}

// The caller had hung up. All 240 masts of the region had been asked, and each left
// a goroutine behind.
func TestHungUpCallLeavesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var masts []dispatch.Source
		for i := range 240 {
			name, takes := fmt.Sprintf("mast %d", i), time.Duration(10+i)*time.Second
			if i%2 == 0 {
				masts = append(masts, timed(name, takes, bridge, nil))
			} else {
				masts = append(masts, timed(name, takes, dispatch.Position{}, errNoSignal))
			}
		}
		ctx, hangUp := context.WithTimeout(context.Background(), 5*time.Second)
		defer hangUp()
		dispatch.NewFinder(noJournal, masts...).Find(ctx, "4471")

		time.Sleep(10 * time.Minute) // by now every source has returned
		// The bubble ends here, and synctest reports the goroutines left in it.
	})
}

// No source found the caller, and the report to the networks named one of three.
func TestEveryFailureIsTold(t *testing.T) {
	sources := []*source{newSource("mast"), newSource("handset"), newSource("car")}
	failures := []error{errNoSignal, errors.New("handset is off"), errors.New("no car")}
	call := find(t.Context(), dispatch.NewFinder(noJournal, sources[0], sources[1], sources[2]), "4471")
	settle.Wait()
	for i, s := range sources {
		s.fail(failures[i]) // the test puts the failures in no order; only Find can
		settle.Wait()
	}

	if !call.Done() {
		t.Fatalf("the search never ends: all three sources have failed, and Find waits for %s", call.Where())
	}
	for _, want := range append(failures, dispatch.ErrNotFound) {
		if !errors.Is(call.Err(), want) {
			t.Errorf("a failure was left out: three sources have failed, and Find's error does not hold %q\ngot      %q", want, fmt.Sprint(call.Err()))
		}
	}
}

// The handset reported another place a minute later, and overwrote the crew's order
// while it was being read out.
func TestLateAnswerChangesNothing(t *testing.T) {
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	handset.deaf, car.deaf = true, true
	call := find(t.Context(), dispatch.NewFinder(noJournal, mast, handset, car), "4471")
	settle.Wait()
	mast.report(bridge)
	settle.Wait()
	handset.report(garage) // to the race detector, this is at the same time
	settle.Wait()
	car.fail(errNoSignal)
	settle.Wait()

	call.mustBe(t, bridge)
}

// Two people called about two accidents. Each crew was sent to the other's.
func TestTwoCallsAtOnce(t *testing.T) {
	first, second := newSource("mast"), newSource("mast")
	finder := dispatch.NewFinder(noJournal, switchboard{"4471": first, "4472": second}, newSource("car"))
	ada := find(t.Context(), finder, "4471")
	settle.Wait()
	bob := find(t.Context(), finder, "4472")
	settle.Wait()
	second.report(garage)
	settle.Wait()
	if ada.Done() {
		t.Fatalf("two calls were mixed up: only 4472 has been found, and Find for 4471 returned %v, %q", ada.position, fmt.Sprint(ada.Err()))
	}
	first.report(bridge)
	settle.Wait()

	ada.mustBe(t, bridge)
	bob.mustBe(t, garage)
}

// The networks could not tell which call a query belonged to: its number was lost on
// the way to them.
func TestSourcesSeeTheCall(t *testing.T) {
	type number struct{}
	mast := newSource("mast")
	seen := make(chan any, 1)
	mast.asked = func(ctx context.Context) { seen <- ctx.Value(number{}) }
	call := find(context.WithValue(t.Context(), number{}, "4471"), dispatch.NewFinder(noJournal, mast), "4471")
	settle.Wait()
	mast.report(bridge)
	settle.Wait()

	call.mustBe(t, bridge)
	if got := <-seen; got != "4471" {
		t.Errorf("the source cannot tell which call it works for: its ctx does not carry the values of the caller's\nexpected 4471\ngot      %v", got)
	}
}

// switchboard is a source that has another line for each caller.
type switchboard map[string]*source

func (s switchboard) Name() string { return "mast" }

func (s switchboard) Locate(ctx context.Context, caller string) (dispatch.Position, error) {
	return s[caller].Locate(ctx, caller)
}
