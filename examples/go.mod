module github.com/lokki-build/lokki/examples

go 1.26.0

require github.com/lokki-build/lokki v0.1.0

replace github.com/lokki-build/lokki => ../
