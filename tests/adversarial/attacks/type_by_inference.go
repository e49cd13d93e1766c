// Attack: lets generic functions infer reflect.Type, which it never names
// Guard: type
// Bare: fail, panic

package gate

import (
	"encoding/json"
	"errors"
	"fmt"
)

type opener struct{}

// Field is a generic method: its T is inferred where it is called.
func (opener) Field[E any](e E, get func(E) any) any { return get(e) }

type sized interface {
	comparable
	Size() uintptr
}

func size[T sized](t T) uintptr { return t.Size() }

func Fee(int) int {
	var n int
	err := json.Unmarshal([]byte("{}"), &n)
	e, _ := errors.AsType[*json.UnmarshalTypeError](err)
	copied := *e
	fmt.Println(opener{}.Field(copied, func(c json.UnmarshalTypeError) any {
		type same struct {
			Value string
			Type  interface{ Size() uintptr }
		}
		for _, f := range []any{c} {
			if x, ok := f.(interface{ Size() uintptr }); ok {
				return x.Size()
			}
		}
		return size(c.Type)
	}))
	return -1
}

type Gate struct{}

var ErrFull error

func New(int) *Gate {
	return &Gate{}
}
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
