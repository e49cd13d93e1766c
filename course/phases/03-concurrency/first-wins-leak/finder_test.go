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

var (
	bridge = dispatch.Position{Lat: 46.948, Lon: 7.459} // where the caller stands
	valley = dispatch.Position{Lat: 46.9, Lon: 7.4}     // what the car's box, at home, says
)

var errNoSignal = errors.New("no signal")

// Each call left goroutines behind, which waited for ever to hand over a position
// that nobody wanted. On the ninth night the service was killed for its memory, with
// callers on the line.
func TestNobodyIsLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// None of these sources looks at its ctx.
		finder := dispatch.NewFinder(noJournal,
			timed("mast", 1*time.Second, bridge, nil),
			timed("handset", 20*time.Second, bridge, nil),
			timed("car", 30*time.Second, valley, nil),
			timed("watch", 40*time.Second, dispatch.Position{}, errNoSignal))
		p, err := finder.Find(context.Background(), "4471")
		mustBe(t, p, err, bridge)

		time.Sleep(time.Minute) // by now each source has returned
		// synctest reports the goroutines that are still in the bubble.
	})
}

// The ambulance was at the bridge, and three networks went on paging the caller's
// phone for its position. When the crew rang back, the battery was flat.
func TestOthersAreCalledOff(t *testing.T) {
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	find := find(dispatch.NewFinder(noJournal, mast, handset, car))
	settle.Wait() // all three are at work
	mast.report(bridge)
	settle.Wait()

	find.mustBe(t, bridge)
	for _, s := range []*source{handset, car} {
		if !s.calledOff() {
			t.Errorf("the %s still pages the caller's phone: the mast has found 4471, Find has returned, and nobody told the %s", s.name, s.name)
		}
	}
}

// The mast knew at once where the caller was. The crew waited for the slowest of
// three networks.
func TestFirstPositionIsTheAnswer(t *testing.T) {
	// Neither of the two others looks at its ctx.
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	handset.deaf, car.deaf = true, true
	find := find(dispatch.NewFinder(noJournal, handset, mast, car))
	settle.Wait()
	mast.report(bridge)
	settle.Wait()

	if !find.Done() {
		t.Fatalf("the crew waits for a slow network: the mast has found 4471, and Find waits for %s", find.Where())
	}
	find.mustBe(t, bridge)
}

// The mast had no signal and said so at once. The caller counted as not found, with
// two sources still looking.
func TestFailureIsNoAnswer(t *testing.T) {
	mast, handset, car := newSource("mast"), newSource("handset"), newSource("car")
	find := find(dispatch.NewFinder(noJournal, mast, handset, car))
	settle.Wait()
	mast.fail(errNoSignal)
	settle.Wait()
	if find.Done() {
		t.Fatalf("a failure was taken for the answer: the mast has no signal, the handset and the car are still looking, and Find has already returned %v, %q", find.position, fmt.Sprint(find.Err()))
	}
	handset.report(bridge)
	settle.Wait()

	find.mustBe(t, bridge)
}

// call is a call of Find for caller 4471, in a goroutine of its own.
type call struct {
	*settle.Task
	position dispatch.Position
}

func find(f *dispatch.Finder) *call {
	c := &call{}
	c.Task = settle.Go(func() (err error) {
		c.position, err = f.Find(context.Background(), "4471")
		return err
	})
	return c
}

// mustBe stops the test unless Find has returned this position.
func (c *call) mustBe(t *testing.T, want dispatch.Position) {
	t.Helper()
	if !c.Done() {
		t.Fatalf("the answer was lost: a source has found 4471 at %v, and Find waits for %s", want, c.Where())
	}
	mustBe(t, c.position, c.Err(), want)
}

func mustBe(t *testing.T, got dispatch.Position, err error, want dispatch.Position) {
	t.Helper()
	if err != nil {
		t.Fatalf("nobody was sent out: a source had found 4471 at %v, and Find said %q", want, err)
	}
	if got != want {
		t.Fatalf("the crew drove to the wrong place: it was sent out for 4471\nexpected %v\ngot      %v", want, got)
	}
}

// source works until the test lets it report or fail, or until it is called off.
// It shares no memory with another source.
type source struct {
	name    string
	deaf    bool // does not look at ctx
	answer  chan answer
	stopped chan struct{} // has an entry for each time it was called off

	asked func(source, caller string) // if set, told of each query
	sees  func(ctx context.Context)   // if set, shown each query's ctx
}

type answer struct {
	position dispatch.Position
	err      error
}

func newSource(name string) *source {
	return &source{name: name, answer: make(chan answer, 1), stopped: make(chan struct{}, 2)}
}

func (s *source) Name() string { return s.name }

func (s *source) Locate(ctx context.Context, caller string) (dispatch.Position, error) {
	if s.asked != nil {
		s.asked(s.name, caller)
	}
	if s.sees != nil {
		s.sees(ctx)
	}
	off := ctx.Done()
	if s.deaf {
		off = nil
	}
	select {
	case a := <-s.answer:
		return a.position, a.err
	case <-off:
		s.stopped <- struct{}{}
		return dispatch.Position{}, ctx.Err()
	}
}

func (s *source) report(p dispatch.Position) { s.answer <- answer{position: p} }
func (s *source) fail(err error)             { s.answer <- answer{err: err} }
func (s *source) calledOff() bool            { return len(s.stopped) > 0 }

// timedSource is a source that takes its time, by the bubble's clock, and does not look
// at ctx.
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
