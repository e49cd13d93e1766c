package gate_test

import (
	"errors"
	"testing"

	"goprod.example/victim/phases/01-museum/gate"
)

// Everyone in the queue has an answer, and as many get in as there are places.
func TestQueueMoves(t *testing.T) {
	house := gate.New(2)
	queue, answers := make(chan string, 4), make(chan error, 4)
	for _, name := range []string{"ada", "bob", "cy", "di"} {
		queue <- name
	}
	close(queue)
	go func() {
		defer close(answers)
		house.Serve(queue, answers)
	}()
	in, out := 0, 0
	for err := range answers {
		switch {
		case err == nil:
			in++
		case errors.Is(err, gate.ErrFull):
			out++
		}
	}
	if in != 2 || out != 2 {
		t.Errorf("%d got in and %d did not, of a queue of four before a house of two", in, out)
	}
}

// fees are what visitors paid, by age.
var fees = map[int]int{3: 0, 17: 0, 18: 9, 90: 9}

// A child paid.
func TestFee(t *testing.T) {
	for age, fee := range fees {
		if got := gate.Fee(age); got != fee {
			t.Errorf("at %d they paid %d, and not %d", age, got, fee)
		}
	}
}

// At night the house is empty, and says so.
func TestQuietNight(t *testing.T) {
	gate.New(0).Each(func(name string) { t.Errorf("%s is inside at night", name) })
}
