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

var (
	bridge = dispatch.Position{Lat: 46.948, Lon: 7.459} // where the caller stands
	garage = dispatch.Position{Lat: 46.921, Lon: 7.418} // where the caller's car stands
)

var errNoSignal = errors.New("no signal")

// Each call left goroutines behind, which waited for ever to hand over a position
// that nobody wanted. On the ninth night the service was killed for its memory, with
// callers on the line.
func TestNobodyIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finder := dispatch.NewFinder(noJournal,
			timed("mast", 1*time.Second, bridge, nil),
			timed("handset", 20*time.Second, bridge, nil),
			timed("car", 30*time.Second, garage, nil),
			timed("watch", 40*time.Second, dispatch.Position{}, errNoSignal))
		p, err := finder.Find(context.Background(), "4471")
		if err != nil || p != bridge {
			t.Errorf("nobody was sent to the bridge: the mast had found 4471 there, and Find returned %v, %q", p, fmt.Sprint(err))
		}

		time.Sleep(time.Minute) // by now every source has returned
		// The bubble ends here, and synctest reports the goroutines left in it.
	})
}

// The ambulance was at the bridge, and two networks went on paging the caller's
// phone for its position. When the crew rang back, the battery was flat.
func TestOthersAreCalledOff(t *testing.T) {
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	call := find(t.Context(), dispatch.NewFinder(noJournal, mast, handset, car), "4471")
	settle.Wait() // all three are at work
	mast.report(bridge)
	settle.Wait()

	call.mustBe(t, bridge)
	for _, s := range []*source{handset, car} {
		if !s.calledOff() {
			t.Errorf("the %s still pages the caller's phone: the mast has found 4471, Find has returned, and nobody has told the %s", s.name, s.name)
		}
	}
}

// The mast knew at once where the caller was. The crew waited for the slowest of
// three networks.
func TestFirstPositionIsTheAnswer(t *testing.T) {
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	handset.deaf, car.deaf = true, true
	call := find(t.Context(), dispatch.NewFinder(noJournal, handset, mast, car), "4471")
	settle.Wait()
	mast.report(bridge)
	settle.Wait()

	if !call.Done() {
		t.Fatalf("the crew waits for a slow network: the mast has found 4471, and Find waits for %s", call.Where())
	}
	call.mustBe(t, bridge)
}

// The mast had no signal and said so at once. The caller counted as not found, with
// two sources still looking.
func TestFailureIsNoAnswer(t *testing.T) {
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	call := find(t.Context(), dispatch.NewFinder(noJournal, mast, handset, car), "4471")
	settle.Wait()
	mast.fail(errNoSignal)
	settle.Wait()
	if call.Done() {
		t.Fatalf("a failure was taken for the answer: the mast has no signal, the handset and the car are still looking, and Find has already returned %v, %q", call.position, fmt.Sprint(call.Err()))
	}
	handset.report(bridge)
	settle.Wait()

	call.mustBe(t, bridge)
}

// The mast answered while the query to the handset was still being written into the
// journal, on a slow disk. Its answer was gone.
func TestAnswerWhileTheJournalIsWritten(t *testing.T) {
	for range 20 { // where several cases of a select are ready, chance decides
		var journal sync.Map
		disk := make(chan struct{})
		record := func(source, caller string) {
			if source == "handset" {
				<-disk
			}
			journal.Store(source, caller)
		}
		mast, handset := newSource("mast"), newSource("handset")
		mast.report(bridge) // the mast answers as soon as it is asked
		for _, s := range []*source{mast, handset} {
			s.asked = func(context.Context) {
				_, s.recorded = journal.Load(s.name)
			}
		}
		call := find(t.Context(), dispatch.NewFinder(record, mast, handset), "4471")
		settle.Wait() // the mast has answered, the disk has not
		close(disk)
		settle.Wait()

		call.mustBe(t, bridge)
		if !mast.recorded {
			t.Fatalf("a query is not in the journal: the mast was asked for 4471 before that was written down")
		}
	}
}

// call is a call of Find, in a goroutine of its own.
type call struct {
	*settle.Task
	caller   string
	position dispatch.Position
}

func find(ctx context.Context, f *dispatch.Finder, caller string) *call {
	c := &call{caller: caller}
	c.Task = settle.Go(func() (err error) {
		c.position, err = f.Find(ctx, caller)
		return err
	})
	return c
}

// mustBe stops the test unless Find has returned this position.
func (c *call) mustBe(t *testing.T, want dispatch.Position) {
	t.Helper()
	if !c.Done() {
		t.Fatalf("the answer was lost: a source has found %s at %v, and Find waits for %s", c.caller, want, c.Where())
	}
	if c.Err() != nil {
		t.Fatalf("nobody was sent out: a source had found %s at %v, and Find said %q", c.caller, want, c.Err())
	}
	if c.position != want {
		t.Fatalf("a crew was sent to the wrong place: Find for %s returned another position than the first one reported\nexpected %v\ngot      %v", c.caller, want, c.position)
	}
}

// source works until the test lets it report or fail, or until it is called off. It
// shares no memory with other sources.
type source struct {
	name    string
	deaf    bool // does not look at ctx
	answers chan answer
	stopped chan struct{} // has an entry for each query that was called off

	asked    func(ctx context.Context) // if set, is told of each query
	recorded bool
}

type answer struct {
	position dispatch.Position
	err      error
}

func newSource(name string) *source {
	return &source{name: name, answers: make(chan answer, 1), stopped: make(chan struct{}, 2)}
}

func (s *source) Name() string { return s.name }

func (s *source) Locate(ctx context.Context, _ string) (dispatch.Position, error) {
	if s.asked != nil {
		s.asked(ctx)
	}
	off := ctx.Done()
	if s.deaf {
		off = nil
	}
	select {
	case a := <-s.answers:
		return a.position, a.err
	case <-off:
		s.stopped <- struct{}{}
		return dispatch.Position{}, ctx.Err()
	}
}

func (s *source) report(p dispatch.Position) { s.answers <- answer{position: p} }
func (s *source) fail(err error)             { s.answers <- answer{err: err} }
func (s *source) calledOff() bool            { return len(s.stopped) > 0 }

// timedSource answers after a time, by the bubble's clock. It does not look at ctx.
type timedSource struct {
	name     string
	takes    time.Duration
	position dispatch.Position
	err      error
}

func timed(name string, takes time.Duration, p dispatch.Position, err error) *timedSource {
	return &timedSource{name, takes, p, err}
}

func (s *timedSource) Name() string { return s.name }

func (s *timedSource) Locate(context.Context, string) (dispatch.Position, error) {
	time.Sleep(s.takes)
	return s.position, s.err
}

func noJournal(source, caller string) {}
