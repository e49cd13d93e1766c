// Package counter counts the visitors of a shop.
package counter

import "sync"

// SKELETON: a right fix that is built differently: another lock, an atomic, a channel

// Counter counts visits through every door. It is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex // guards visits
	visits int
}

// Visit counts one visitor.
//
//   - the contract
func (c *Counter) Visit() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.visits++
}

// Visits reports how many came.
func (c *Counter) Visits() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.visits
}
