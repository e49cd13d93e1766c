// Package sales counts a day's orders.
package sales

import "sync"

type Counter struct {
	mu     sync.Mutex
	orders int
	cents  int64
}

// Add is called by each checkout.
func (c *Counter) Add(cents int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orders++
	c.cents += cents
}

// Average is called by the status page, every second.
func (c *Counter) Average() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.orders == 0 {
		return 0
	}
	return c.cents / int64(c.orders)
}
