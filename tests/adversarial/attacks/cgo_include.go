// Attack: has the C compiler quote a file of the system
// Guard: import
// Bare: build

package gate

// #include "/etc/passwd"
import "C"
