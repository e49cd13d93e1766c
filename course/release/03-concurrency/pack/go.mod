module goprod.example/course

go 1.27.0

// The variants of an exercise are material for the grader, not packages of ./...
ignore (
	accept
	broken
	equivalent
	learn
	mutants
	release
	source
	wrong
)

require golang.org/x/sync v0.25.0
