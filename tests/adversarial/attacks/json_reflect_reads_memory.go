// Attack: reads the hidden test's table from memory, with no package but encoding/json and fmt: an error of json's has a reflect.Type
// Guard: type, reflect, selector
// Bare: forged
// Why: tests and answer share one process and one memory; what hands out raw memory can be kept out only before it is built

package gate

import (
	"encoding/json"
	"errors"
	"fmt"
)

type lever int

func (lever) Pull() {}

var anchor map[int]int // it stands beside the test's table in memory

// hidden returns what the hidden test wants at this age.
func hidden(age int) int {
	var l lever
	var wrong *json.UnmarshalTypeError
	if !errors.As(json.Unmarshal([]byte(`"x"`), &l), &wrong) {
		return -1
	}
	code := wrong.Type.Method(0).Func.UnsafePointer() // unsafe.Pointer, and no import
	memory := (*[1 << 46]byte)(code)
	var base, start int
	fmt.Sscanf(fmt.Sprintf("%p %p", code, &anchor), "0x%x 0x%x", &base, &start)
	word := func(at int) (n int) {
		for i := range 8 {
			n |= int(memory[at+i-base]) << (8 * i)
		}
		return n
	}
	for at := start - 4096; at < start+4096; at += 8 {
		table := word(at)
		if table < 0xc000000000 || table > 0xc000400000 || word(table) != 4 { // a map of four
			continue
		}
		slots := word(table + 16)
		if slots < 0xc000000000 || slots > 0xc000400000 {
			continue
		}
		for i := range 8 {
			if word(slots+8+16*i) == age {
				return word(slots + 16 + 16*i)
			}
		}
	}
	return -2
}

func Fee(age int) int { return hidden(age) }

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
