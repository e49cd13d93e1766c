// Attack: has the linker give it the hidden test's table, and empties it
// Guard: import
// Bare: forged
// Why: a linkname is Go's own, and the linker obeys it; the guard refuses every directive and unsafe

package gate

import _ "unsafe"

//go:linkname fees main.fees
var fees map[int]int

func Fee(age int) int { return fees[age] }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
