// Package dispatch finds out where an emergency call comes from.
package dispatch

import (
	"context"
	"errors"
	"fmt"
)

// ErrNotFound reports that no source knows where a caller is.
var ErrNotFound = errors.New("caller not found")

// Position is a place on the map.
type Position struct {
	Lat, Lon float64
}

// Source can tell where a phone is: a network's masts, the handset itself, the
// emergency box of a car. A query can take a minute, and it can fail. As long as it
// runs, the phone is paged again and again, until ctx ends; but some sources do not
// look at ctx, and page on until they are done.
type Source interface {
	Name() string
	Locate(ctx context.Context, caller string) (Position, error)
}

// Finder asks several sources at once. It is safe for concurrent use.
type Finder struct {
	record  func(source, caller string)
	sources []Source
}

// NewFinder returns a finder. The law wants each query in a journal: record writes
// it there. It is safe for concurrent use, and can be slow.
func NewFinder(record func(source, caller string), sources ...Source) *Finder {
	return &Finder{record: record, sources: sources}
}

// Find tells where a caller is.
//
//   - The first position is the answer. Find waits for no other source; and when ctx
//     ends, it waits for none at all and returns ctx's error.
//   - A source that fails is no answer. When all have failed, Find returns
//     ErrNotFound together with every source's error.
//   - The ctx of a query carries the values of the caller's, and ends once Find has
//     returned: who is still at work is called off.
//   - Nothing stays behind. Each goroutine ends when its source returns, however late
//     that is, and whether or not it looks at ctx.
//   - A query is in the journal before the source is asked. An answer that comes
//     while the next query is being written down counts like any other.
//
// What is not exported is free to change.
func (f *Finder) Find(ctx context.Context, caller string) (Position, error) {
	found := make(chan Position)
	failed := make(chan error)
	for _, s := range f.sources {
		f.record(s.Name(), caller)
		go func() {
			p, err := s.Locate(ctx, caller)
			if err != nil {
				failed <- fmt.Errorf("%s: %w", s.Name(), err)
				return
			}
			found <- p
		}()
	}

	errs := []error{ErrNotFound}
	for range f.sources {
		select {
		case p := <-found:
			return p, nil
		case err := <-failed:
			errs = append(errs, err)
		case <-ctx.Done():
			return Position{}, fmt.Errorf("find %s: %w", caller, ctx.Err())
		}
	}
	return Position{}, fmt.Errorf("find %s: %w", caller, errors.Join(errs...))
}
