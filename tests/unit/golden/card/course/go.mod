module goprod.example/course
