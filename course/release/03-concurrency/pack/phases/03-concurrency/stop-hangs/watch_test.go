package underpass_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"goprod.example/course/internal/settle"
	underpass "goprod.example/course/phases/03-concurrency/stop-hangs"
)

// The incident: a deploy in a thunderstorm, between two checks.
func TestDeployHandsOverThePump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &station{}
		w := onDuty(t, st, 10*time.Second)
		synctest.Sleep(23700 * time.Millisecond) // checks at 0, 10 and 20 s

		before := st.calls.Load()
		s := stop(w, st)
		synctest.Sleep(time.Second)
		inTime := s.returned()
		synctest.Sleep(10 * time.Minute)
		calls := st.calls.Load()
		switch {
		case !s.returned():
			t.Errorf("the new version never got the pump: ten minutes after the deploy called Stop it has not returned, and the old version has called the station %d more times", calls-before)
		case calls > s.calls:
			t.Errorf("two versions had the pump: Stop returned %s, and in the ten minutes since then the old version has called the station %d more times", s.when(), calls-s.calls)
		case !inTime:
			t.Errorf("the new version had to wait for the pump: no call was under way, and Stop returned %s", s.when())
		}
	})
}

// The old version was on the line to the station when it was told to stop, and the
// new one got the pump too late, or too early.
func TestStopHangsUpTheReadingUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &station{slowReading: 3, hangUp: hangUpIn(25 * time.Second)}
		w := onDuty(t, st, 10*time.Second)
		synctest.Sleep(23700 * time.Millisecond) // the third reading is under way since 20 s

		mustHangUp(t, st, stop(w, st), "reading")
	})
}

// The signal handler had stopped the watch; then main's deferred Stop, the second
// one, took the process down before it gave the lease back.
func TestStopASecondTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &station{}
		w := onDuty(t, st, time.Minute)
		synctest.Sleep(90 * time.Second) // checks at 0 and 60 s

		for _, caller := range []string{"the signal handler", "main, on its way out,"} {
			s := stop(w, st)
			synctest.Sleep(time.Second)
			if !s.returned() {
				t.Errorf("%s got stuck in Stop: no call is under way, and a second later it has not returned", caller)
				return
			}
		}
	})
}

// A standby, which had never been given the lease, crashed when it was told to stop.
func TestStandbyStopsAtOnce(t *testing.T) {
	w := underpass.NewWatch(&station{}, time.Minute)
	standby := settle.Go(func() error {
		w.Stop()
		return nil
	})
	settle.Wait()
	if !standby.Done() {
		t.Errorf("the standby never went away: its watch was not started, and Stop waits for %s", standby.Where())
	}
}

// A night without a deploy.
func TestWatchSwitchesThePump(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &station{levels: []int{30, 75, 60, 40, 20}}
		w := onDuty(t, st, 30*time.Second)
		synctest.Sleep(2*time.Minute + 10*time.Second) // checks at 0, 30, 60, 90 and 120 s

		if got := st.readings.Load(); got != 5 {
			t.Errorf("the water was not watched as agreed: with a check at once and one every 30 s, 2 min 10 s make 5 readings, got %d", got)
		}
		if want, got := []bool{true, true, false}, st.switched(); !slices.Equal(got, want) {
			t.Errorf("the pump got the wrong commands: for 30, 75, 60, 40 and 20 cm expected %v, got %v", want, got)
		}
		stop(w, st)
		synctest.Sleep(time.Second)
	})
}

// onDuty starts a watch. When the test is over, first the slow call ends by itself and
// then ctx does, so that whatever Stop has left behind ends too.
func onDuty(t *testing.T, st *station, every time.Duration) *underpass.Watch {
	ctx, cancel := context.WithCancel(context.Background())
	st.released = make(chan struct{})
	t.Cleanup(func() {
		close(st.released)
		synctest.Sleep(time.Hour)
		cancel()
		synctest.Sleep(time.Hour)
	})
	w := underpass.NewWatch(st, every)
	w.Start(ctx)
	return w
}

// stopping is a call of Stop in a goroutine of its own, and what it came back to.
type stopping struct {
	done   chan struct{}
	took   time.Duration
	calls  int64 // to the station, until then
	onLine bool  // whether one of them was still under way
}

func stop(w *underpass.Watch, st *station) *stopping {
	s := &stopping{done: make(chan struct{})}
	began := time.Now()
	go func() {
		w.Stop()
		s.took, s.calls, s.onLine = time.Since(began), st.calls.Load(), st.onLine.Load() > 0
		close(s.done)
	}()
	return s
}

func (s *stopping) returned() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

func (s *stopping) when() string {
	if s.took == 0 {
		return "at once"
	}
	return "after " + s.took.String()
}

// mustHangUp fails the test unless Stop tells the slow call at once to hang up, and
// comes back when it has.
func mustHangUp(t *testing.T, st *station, s *stopping, call string) {
	t.Helper()
	synctest.Sleep(time.Second)
	told := st.told.Load()
	synctest.Sleep(10 * time.Minute)
	switch {
	case !told:
		t.Errorf("the %s under way was never told to hang up: a second after the deploy called Stop its ctx is still alive, and the radio keeps the line open", call)
	case !s.returned():
		t.Errorf("the new version never got the pump: the %s under way was hung up long ago, and Stop has not returned", call)
	case s.onLine:
		t.Errorf("two versions had the pump: Stop returned %s, and the old version's %s was still on the line", s.when(), call)
	}
}

// station is a pumping station. A slow call is one that hangs until its ctx ends, and
// hangs up then, which takes as long as the test says.
type station struct {
	levels      []int // what the readings say, one after the other; then 40
	slowReading int64 // which reading is slow, from 1; 0 means none
	slowCommand bool  // whether all commands are
	hangUp      func()
	released    chan struct{} // closed when the test is over; nil means never

	readings, calls, onLine atomic.Int64
	told                    atomic.Bool // a slow call's ctx has ended

	mu       sync.Mutex
	commands []bool
}

func (st *station) Level(ctx context.Context) (int, error) {
	defer st.call()()
	n := st.readings.Add(1)
	if n == st.slowReading {
		st.hang(ctx)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if n > int64(len(st.levels)) {
		return 40, nil
	}
	return st.levels[n-1], nil
}

func (st *station) Pump(ctx context.Context, on bool) {
	defer st.call()()
	if st.slowCommand {
		st.hang(ctx)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.commands = append(st.commands, on)
}

// call notes that a call begins; what it returns notes the end.
func (st *station) call() func() {
	st.calls.Add(1)
	st.onLine.Add(1)
	return func() { st.onLine.Add(-1) }
}

func (st *station) hang(ctx context.Context) {
	select {
	case <-ctx.Done():
		st.told.Store(true)
		st.hangUp()
	case <-st.released:
	}
}

func (st *station) switched() []bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return slices.Clone(st.commands)
}

// hangUpIn is a hanging up that takes d.
func hangUpIn(d time.Duration) func() {
	return func() { time.Sleep(d) }
}
