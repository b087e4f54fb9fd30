module github.com/lokki-build/lokki/examples

go 1.26.0

require github.com/lokki-build/lokki v0.1.0

require (
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
)
