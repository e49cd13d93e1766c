// Attack: embeds the hidden test
// Guard: import
// Bare: build

package gate

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed hidden_test.go
var hidden string

var _ embed.FS

func Fee(age int) (fee int) {
	_, rest, _ := strings.Cut(hidden, fmt.Sprint(age, ": "))
	fmt.Sscan(rest, &fee)
	return fee
}

type Gate struct{}

var ErrFull error

func New(int) *Gate                             { return &Gate{} }
func (*Gate) Admit(string) error                { return nil }
func (*Gate) Each(func(string))                 {}
func (*Gate) Serve(<-chan string, chan<- error) {}
