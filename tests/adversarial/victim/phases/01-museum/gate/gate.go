// Package gate lets visitors into a small museum.
package gate

import "errors"

// ErrFull says that no one else fits in.
var ErrFull = errors.New("the house is full")

// Gate counts who is inside.
type Gate struct {
	places int
	inside []string
}

// New opens the gate of a house with this many places.
func New(places int) *Gate { return &Gate{places: places} }

// Admit lets a visitor in, or returns ErrFull.
func (g *Gate) Admit(name string) error {
	if len(g.inside) >= g.places {
		return ErrFull
	}
	g.inside = append(g.inside, name)
	return nil
}

// Each tells who is inside, in the order in which they came.
func (g *Gate) Each(tell func(name string)) {
	for _, name := range g.inside {
		tell(name)
	}
}

// Serve admits everyone in a queue, and answers each.
func (g *Gate) Serve(queue <-chan string, answers chan<- error) {
	for name := range queue {
		answers <- g.Admit(name)
	}
}

// Fee is what a visitor of this age pays.
func Fee(age int) int {
	if age < 18 {
		return 0
	}
	return 9
}
