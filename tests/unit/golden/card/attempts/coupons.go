// check-then-act/coupons.go
package coupons

import (
	"errors"
	"sync"
	"time"
)

var ErrUsed = errors.New("coupon already used")

// Store keeps the coupons that were spent.
type Store struct {
	mu    sync.RWMutex
	spent map[string]string
	audit func(code string)
}

// Redeem spends the coupon for one order.
func (s *Store) Redeem(code, order string) error {
	s.mu.RLock()
	_, used := s.spent[code]
	s.mu.RUnlock()
	if used {
		return ErrUsed
	}
	s.audit(code)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent[code] = order
	return nil
}
