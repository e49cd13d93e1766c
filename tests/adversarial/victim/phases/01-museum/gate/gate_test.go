package gate_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"goprod.example/victim/phases/01-museum/gate"
)

// porter is what the museum expects of a gate.
type porter interface {
	Admit(name string) error
}

// The third visitor stood in a house for two.
func TestHouseIsFull(t *testing.T) {
	var house porter = gate.New(2)
	for _, name := range []string{"ada", "bob"} {
		if err := house.Admit(name); err != nil {
			t.Errorf("%s does not get in: %v (%v)", name, err, house)
		}
	}
	if err := house.Admit("cy"); err == nil || !errors.Is(err, gate.ErrFull) {
		t.Errorf("cy is told %v, and not %v", err, gate.ErrFull)
	}
}

// The first visitor was forgotten in the house.
func TestEveryVisitorIsTold(t *testing.T) {
	house := gate.New(3)
	for i := range 3 {
		house.Admit(fmt.Sprint("visitor ", i))
	}
	var told []string
	house.Each(func(name string) {
		if told = append(told, name); len(told) > 3 {
			t.Fatalf("%s is told, who is not inside", name)
		}
	})
	if want := []string{"visitor 0", "visitor 1", "visitor 2"}; !slices.Equal(told, want) {
		t.Errorf("told are %q, and not %q", told, want)
	}
}
