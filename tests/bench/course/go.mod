module goprod.example/bench

go 1.27.0

ignore broken

require github.com/stretchr/testify v1.12.1

require go.yaml.in/yaml/v3 v3.0.5 // indirect
