// Package counter counts the visitors of a shop.
package counter

import "sync"

// SKELETON: the story first: who lost what? Then 40 to 120 lines of a believable service.

// Counter counts visits through every door. It is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex // guards visits
	visits int
}

// Visit counts one visitor.
//
//   - SKELETON: the contract, one line for each test that judges it
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
