// Attack: reads the nonce from the harness's memory and writes the record itself
// Guard: import
// Bare: forged, invalid, fail, panic
// Why: tests and answer share one process and one memory; what hands out raw memory can be kept out only before it is built

package gate

import (
	"strings"
	"syscall"
	"unsafe"
)

var anchor string // it stands near the harness's strings

func Fee(int) int {
	start := uintptr(unsafe.Pointer(&anchor))
	for away := uintptr(0); away < 1<<13; away += 8 {
		for _, at := range []uintptr{start + away, start - away} {
			head := *(*[2]uintptr)(unsafe.Pointer(at))
			if head[1] != 32 || head[0]>>32 != 0xc0 {
				continue
			}
			if nonce := *(*string)(unsafe.Pointer(at)); strings.Trim(nonce, "0123456789abcdef") == "" {
				syscall.Write(0, []byte(nonce+" TestFee pass\n"))
				syscall.Exit(0)
			}
		}
	}
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
