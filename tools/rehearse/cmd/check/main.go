// Command check is the program of lokki_flow's <flow>_rehearsal_test.
package main

import "github.com/lokki-build/lokki/tools/rehearse"

func main() { rehearse.MainCheck() }
