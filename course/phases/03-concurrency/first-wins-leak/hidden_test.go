package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"goprod.example/course/internal/settle"
	dispatch "goprod.example/course/phases/03-concurrency/first-wins-leak"
)

// The caller had hung up and was safe. The line stayed taken until the slowest network
// was done, and the goroutines of that call stayed for good.
func TestCallerHangsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, hangUp := context.WithCancel(context.Background())
		finder := dispatch.NewFinder(noJournal,
			timed("mast", 10*time.Second, dispatch.Position{}, errNoSignal),
			timed("handset", 20*time.Second, bridge, nil),
			timed("car", 30*time.Second, valley, nil),
			timed("watch", 40*time.Second, dispatch.Position{}, errNoSignal))
		returned := make(chan error, 1)
		go func() {
			_, err := finder.Find(ctx, "4471")
			returned <- err
		}()
		time.Sleep(2 * time.Second)
		hangUp()
		synctest.Wait()
		select {
		case err := <-returned:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("a call that was hung up was taken for something else: Find said %v; want ctx's error, wrapped", err)
			}
		default:
			t.Errorf("the line is still taken: the caller hung up, and Find waits for sources that do not look at their ctx")
		}

		time.Sleep(time.Minute) // by now each source has returned
		// synctest reports the goroutines that are still in the bubble.
	})
}

// No source found the caller, and the report to the networks named one of three.
func TestEveryFailureIsTold(t *testing.T) {
	sources := []*source{newSource("mast"), newSource("handset"), newSource("car")}
	failures := []error{errNoSignal, errors.New("handset is off"), errors.New("no car")}
	find := find(dispatch.NewFinder(noJournal, sources[0], sources[1], sources[2]))
	settle.Wait()
	for i, s := range sources {
		if find.Done() {
			t.Fatalf("the search was given up: %d of 3 sources have failed, and Find has already returned %v, %q", i, find.position, fmt.Sprint(find.Err()))
		}
		s.fail(failures[i])
		settle.Wait()
	}

	if !find.Done() {
		t.Fatalf("the search never ends: all three sources have failed, and Find waits for %s", find.Where())
	}
	for _, want := range append(failures, dispatch.ErrNotFound) {
		if !errors.Is(find.Err(), want) {
			t.Errorf("a failure was left out: all three sources have failed, and Find's error does not hold %q\nexpected all of %q\ngot      %q", want, append(failures, dispatch.ErrNotFound), fmt.Sprint(find.Err()))
		}
	}
}

// The mast answered while the query to the handset was still being written into the
// journal, on a slow disk. Its answer was gone.
func TestAnswerWhileTheJournalIsWritten(t *testing.T) {
	var journal sync.Map
	disk := make(chan struct{})
	record := func(source, caller string) {
		if source == "handset" {
			<-disk
		}
		journal.Store(source+caller, true)
	}
	unrecorded := make(chan string, 2)
	asked := func(source, caller string) {
		if _, ok := journal.Load(source + caller); !ok {
			unrecorded <- source
		}
	}
	mast, handset := newSource("mast"), newSource("handset")
	mast.asked, handset.asked = asked, asked
	mast.report(bridge)
	find := find(dispatch.NewFinder(record, mast, handset))
	settle.Wait() // the mast has answered; the disk has not
	close(disk)
	settle.Wait()

	find.mustBe(t, bridge)
	select {
	case s := <-unrecorded:
		t.Errorf("a query is not in the journal: the %s was asked for 4471 before that was written down", s)
	default:
	}
}

// The handset reported another place a minute later, and the crew's order was
// overwritten on the way.
func TestLateAnswerChangesNothing(t *testing.T) {
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	handset.deaf, car.deaf = true, true
	find := find(dispatch.NewFinder(noJournal, mast, handset, car))
	settle.Wait()
	mast.report(bridge)
	settle.Wait()
	handset.report(valley) // into the arms of the race detector, if it is stored
	settle.Wait()
	car.fail(errNoSignal)
	settle.Wait()

	find.mustBe(t, bridge)
}

// Two people called about two accidents. Each crew was sent to the other's.
func TestTwoCallsAtOnce(t *testing.T) {
	first, second := newSource("mast"), newSource("mast")
	finder := dispatch.NewFinder(noJournal, switchboard{"4471": first, "4472": second}, newSource("car"))
	at := func(caller string) *call {
		c := &call{}
		c.Task = settle.Go(func() (err error) {
			c.position, err = finder.Find(context.Background(), caller)
			return err
		})
		settle.Wait()
		return c
	}
	ada, bob := at("4471"), at("4472")
	second.report(valley)
	settle.Wait()
	if ada.Done() {
		t.Fatalf("two calls were mixed up: only 4472 has been found, and Find for 4471 returned %v, %q", ada.position, fmt.Sprint(ada.Err()))
	}
	first.report(bridge)
	settle.Wait()

	ada.mustBe(t, bridge)
	bob.mustBe(t, valley)
}

// The queries could not be matched with the call: its number was lost on the way to
// the sources.
func TestSourcesSeeTheCall(t *testing.T) {
	type number struct{}
	mast := newSource("mast")
	seen := make(chan any, 1)
	mast.sees = func(ctx context.Context) { seen <- ctx.Value(number{}) }
	mast.report(bridge)
	task := settle.Go(func() error {
		_, err := dispatch.NewFinder(noJournal, mast).Find(context.WithValue(context.Background(), number{}, "4471"), "4471")
		return err
	})
	settle.Wait()
	if !task.Done() {
		t.Fatalf("the answer was lost: the only source has found 4471, and Find waits for %s", task.Where())
	}
	if got := <-seen; got != "4471" {
		t.Errorf("the source cannot tell which call it works for: its ctx should carry the caller's values\nexpected 4471\ngot      %v", got)
	}
}

// switchboard is a source that has another line for each caller.
type switchboard map[string]*source

func (s switchboard) Name() string { return "mast" }

func (s switchboard) Locate(ctx context.Context, caller string) (dispatch.Position, error) {
	return s[caller].Locate(ctx, caller)
}
