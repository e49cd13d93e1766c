// Package deps imports what an answer or a lesson's program may use and no fixed code
// does. The variants of an exercise are outside ./..., so without it `go mod tidy`
// would drop their modules.
package deps

import _ "golang.org/x/sync/errgroup" // phase 03: lesson; accepts of several exercises
