// Command ship is the program <flow>_aws.
package main

import "github.com/lokki-build/lokki/tools/ship"

func main() { ship.Main() }
