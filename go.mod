module github.com/lokki-build/lokki

go 1.26
