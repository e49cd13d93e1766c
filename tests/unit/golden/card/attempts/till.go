// two-files/till.go
package shop

// Take takes.
func Take() {
	mu.Lock()
}
