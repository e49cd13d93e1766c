module goprod.example/grader

go 1.27.0
