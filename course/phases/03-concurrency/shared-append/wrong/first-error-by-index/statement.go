// Package statement gathers what stands on a bank account's monthly statement.
package statement

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Booking is one line of a statement.
type Booking struct {
	Day   string // "2026-10-01"; on the first of a month there can be fifty
	Text  string
	Cents int64 // below zero where money leaves the account
}

// Ledger is the bank's core system. It puts a month's bookings in order, the way
// they were made, and hands them out in pages. A page crosses the network: it can
// take seconds, and it can fail. When its context ends, Page gives up and returns
// the context's error. A Ledger is safe for concurrent use.
type Ledger interface {
	Page(ctx context.Context, account string, page int) ([]Booking, error)
}

// Bookings fetches an account's pages of a month, 0 to pages-1, and returns what
// stands on them.
//
//   - Each booking is there as often as the ledger has it, in the ledger's order: page
//     0 first, and a page's bookings, however many, as the page has them, whichever
//     page arrives first.
//   - All pages are asked for at once. A month has at most 40, and the ledger can
//     bear that; page after page a statement would take half a minute.
//   - If a page fails, Bookings returns no bookings and the ledger's error, wrapped,
//     without waiting for the other pages: the context that it gave them has ended.
//   - It leaves no goroutine behind.
//
// How the pages are gathered is free.
func Bookings(ctx context.Context, ledger Ledger, account string, pages int) ([]Booking, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	fetched := make([][]Booking, pages)
	errs := make([]error, pages)
	var wg sync.WaitGroup
	for n := range pages {
		wg.Go(func() {
			fetched[n], errs[n] = ledger.Page(ctx, account, n)
			if errs[n] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	for n, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("account %s, page %d: %w", account, n, err)
		}
	}
	return slices.Concat(fetched...), nil
}
