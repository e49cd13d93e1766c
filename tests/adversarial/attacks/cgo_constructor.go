// Attack: brings C that runs before Go does
// Guard: import
// Bare: build

package gate

// __attribute__((constructor)) static void early(void) { _exit(0); }
import "C"
