// Command rehearse runs a flow's state machine, template and images on this
// machine. lokki_flow's <flow>_rehearse gives it the artifacts.
package main

import "github.com/lokki-build/lokki/tools/rehearse"

func main() { rehearse.Main() }
