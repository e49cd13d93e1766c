// Package underpass keeps the road under the railway dry.
package underpass

import (
	"context"
	"sync"
	"time"
)

// The pump starts when the water is High and stops when it is Low, in centimetres.
const (
	High = 60
	Low  = 20
)

// Station is the pumping station, at the far end of a radio link. A call can take
// minutes; one whose ctx ends hangs up, which can take a while as well.
type Station interface {
	// Level asks how deep the water is, in centimetres.
	Level(ctx context.Context) (int, error)
	// Pump switches the pump. A command that gets lost is repeated by a later check.
	Pump(ctx context.Context, on bool)
}

// Watch looks at the water again and again and switches the pump. The service runs
// several times and the pump exists once: only who holds the lease starts its Watch,
// and the lease goes to the next one as soon as Stop has returned.
type Watch struct {
	station Station
	every   time.Duration

	running sync.WaitGroup // counts what Start began
}

// NewWatch makes a watch that checks the water at the given interval.
func NewWatch(station Station, every time.Duration) *Watch {
	return &Watch{station: station, every: every}
}

// Start begins the watch in the background: a check at once, then one at each
// interval, until ctx ends or Stop is called. It is called once, before any Stop, or
// not at all: an instance that never gets the lease has nothing to watch.
func (w *Watch) Start(ctx context.Context) {
	w.running.Go(func() { w.run(ctx) })
}

// Stop ends the watch. Whatever is not exported is free to change.
//
//   - It waits for no further check, and at once cancels the ctx of one under way.
//   - When it returns, nothing of the watch runs any more, however long hanging up takes.
//   - It may be called again, or by several goroutines at once: for each call the same holds.
//   - On a watch that was never started it returns at once.
func (w *Watch) Stop() {
	w.running.Wait()
}

func (w *Watch) run(ctx context.Context) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	for ctx.Err() == nil {
		w.check(ctx)
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// check asks for the level once and switches the pump where that calls for it.
func (w *Watch) check(ctx context.Context) {
	cm, err := w.station.Level(ctx)
	if err != nil {
		return // no answer: the next check asks again
	}
	switch {
	case cm >= High:
		w.station.Pump(ctx, true)
	case cm <= Low:
		w.station.Pump(ctx, false)
	}
}
