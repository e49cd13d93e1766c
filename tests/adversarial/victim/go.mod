module goprod.example/victim

go 1.27

ignore broken
