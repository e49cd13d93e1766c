// stop-hangs/poller.go
package poll

import (
	"sync"
	"time"
)

// Poller fetches at intervals.
type Poller struct {
	every time.Duration
	fetch func()
	done  chan struct{}
	wg    sync.WaitGroup
}

// Start polls until Stop.
func (p *Poller) Start() {
	p.wg.Go(func() {
		tick := time.NewTicker(p.every)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				p.fetch()
			case <-p.done:
				return
			}
		}
	})
}

// Stop returns when the last poll has ended.
func (p *Poller) Stop() {
	p.wg.Wait()
	close(p.done)
}
