package underpass_test

import (
	"context"
	"regexp"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"goprod.example/course/internal/settle"
	underpass "goprod.example/course/phases/03-concurrency/stop-hangs"
)

// The old version was giving the pump a command when it was told to stop, and the
// new one got the pump too late, or too early.
func TestStopHangsUpTheCommandUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &station{levels: []int{45, 90}, slowCommand: true, hangUp: hangUpIn(2 * time.Minute)}
		w := onDuty(t, st, 5*time.Minute)
		synctest.Sleep(6 * time.Minute) // the second check found 90 cm

		mustHangUp(t, st, stop(w, st), "command")
	})
}

// The signal handler and main's deferred Stop came together while a call was on the
// line, and got into each other's way: one of them crashed or came back too early, or
// both used the same memory and nothing put them in order.
func TestTwoStopsAtOnceBothWaitForTheEnd(t *testing.T) {
	// No fake clock here: a right answer may let the second caller wait for a lock. And
	// nothing orders the two but Stop itself, so the race detector sees all they share.
	onLine, hungUp := make(chan struct{}, 1), make(chan struct{})
	var told atomic.Bool // not read before both have called Stop, or it would order them
	w := underpass.NewWatch(radio(func(ctx context.Context) {
		select {
		case onLine <- struct{}{}:
		default:
		}
		<-ctx.Done()
		told.Store(true)
		<-hungUp
	}), 24*time.Hour)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w.Start(ctx)
	<-onLine

	stop := func() error {
		w.Stop()
		return nil
	}
	handler := settle.Go(stop)
	still()
	deferred := settle.Go(stop)
	still()

	if handler.Done() {
		t.Error("two versions had the pump: the signal handler's Stop returned, and the old version's call was still on the line")
	}
	if deferred.Done() {
		t.Error("two versions had the pump: main's Stop, the second one, returned, and the old version's call was still on the line")
	}
	close(hungUp)
	settle.Wait()
	if !told.Load() {
		t.Error("the reading under way was never told to hang up: the deploy has called Stop, and its ctx is still alive")
	}
	if !handler.Done() {
		t.Errorf("the new version never got the pump: the signal handler's Stop waits for %s", handler.Where())
	}
	if !deferred.Done() {
		t.Errorf("the new version never got the pump: main's Stop, the second one, waits for %s", deferred.Where())
	}
}

// The context given to Start had ended, and the watch went on as if it had not, or a
// Stop after it got stuck.
func TestContextEndsTheWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &station{slowReading: 2, hangUp: hangUpIn(25 * time.Second)}
		ctx, cancel := context.WithCancel(context.Background())
		w := underpass.NewWatch(st, 10*time.Second)
		w.Start(ctx)
		synctest.Sleep(13 * time.Second) // the second reading is under way since 10 s
		cancel()
		synctest.Sleep(time.Minute)
		before := st.calls.Load()
		synctest.Sleep(10 * time.Minute)
		switch late := st.calls.Load() - before; {
		case !st.told.Load():
			t.Error("the reading under way was never told to hang up: the ctx given to Start has ended, and that of the call has not")
		case late > 0:
			t.Errorf("the watch outlived its context: it has called the station %d more times", late)
		}

		s := stop(w, st)
		synctest.Sleep(2 * time.Minute)
		if !s.returned() && !t.Failed() {
			t.Error("the new version never got the pump: the context had ended the watch, and Stop has not returned")
		}
	})
}

// still returns when every other goroutine waits: for a lock, a channel or the clock.
// Unlike settle.Wait it counts sleepers, since Stop may look now and then whether the
// watch has ended. It takes no lock and puts nothing in order.
func still() {
	buf := make([]byte, 1<<16)
	for {
		moving := 0
		for _, g := range state.FindAllSubmatch(buf[:runtime.Stack(buf, true)], -1) {
			if !waiting.Match(g[1]) {
				moving++
			}
		}
		if moving == 1 { // the caller
			return
		}
		runtime.Gosched()
	}
}

var (
	state   = regexp.MustCompile(`(?m)^goroutine \d+ \[([^\],]+)`)
	waiting = regexp.MustCompile(`^(chan |select|sync\.|sleep)`)
)

// radio is a station that is given what a reading does, and notes nothing.
type radio func(ctx context.Context)

func (r radio) Level(ctx context.Context) (int, error) {
	r(ctx)
	return 40, ctx.Err()
}

func (radio) Pump(context.Context, bool) {}
