// Package counter counts the visitors of a shop.
package counter

import "sync"

// SKELETON: take the repair out of the fixed code, and leave what a good colleague would have written in a hurry

// Counter counts visits through every door. It is safe for concurrent use.
type Counter struct {
	mu     sync.Mutex // guards visits
	visits int
}

// Visit counts one visitor.
//
//   - the contract
func (c *Counter) Visit() {

	c.visits++
}

// Visits reports how many came.
func (c *Counter) Visits() int {

	return c.visits
}
