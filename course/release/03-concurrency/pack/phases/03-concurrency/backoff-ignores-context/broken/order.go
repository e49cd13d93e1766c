// Package taxi orders cars from the taxi central.
package taxi

import (
	"context"
	"fmt"
	"time"
)

// Central is the taxi central, which is reached by radio. Once a request is on the
// air it can be neither hurried nor taken back, whatever becomes of its ctx.
type Central interface {
	// Request asks for a car. An error is a refusal: no car was sent.
	Request(ctx context.Context, address string) error
}

// Desk orders cars for the passengers of the app.
type Desk struct {
	Central  Central
	Attempts int           // how often the central is asked at most, 1 or more
	Wait     time.Duration // after the first refusal, 0 or more; doubles with each further one
	MaxWait  time.Duration // no wait is longer; at least Wait
}

// Order asks the central for a car until it sends one. A passenger who cancels, or
// has waited long enough, ends ctx.
//
//   - A refusal, whatever its error, means wait and ask again. After Attempts of them
//     Order returns an error that wraps the last one.
//   - Once ctx has ended nothing is asked, and a wait is over at that moment.
//   - The error then wraps ctx.Err() and, if there was one, the last refusal.
//   - A request on the air is waited for. If it sends a car, Order returns nil.
//   - When Order has returned, nothing of it runs any more.
//
// Free to change: the wording; whether Order sits out a wait that the deadline is going
// to cut short or gives up with context.DeadlineExceeded as soon as it sees that; and
// whether the error after Attempts refusals also wraps ctx.Err() if ctx has ended.
func (d *Desk) Order(ctx context.Context, address string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("order a car to %s: %w", address, err)
	}
	wait := d.Wait
	for attempt := 1; ; attempt++ {
		refusal := d.Central.Request(ctx, address)
		if refusal == nil {
			return nil
		}
		if attempt == d.Attempts {
			return fmt.Errorf("order a car to %s: refused %d times: %w", address, attempt, refusal)
		}
		time.Sleep(wait)
		wait = min(2*wait, d.MaxWait)
	}
}
