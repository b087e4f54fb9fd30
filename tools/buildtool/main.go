// Command buildtool makes the files of a flow from its graph and its steps. Each
// action of the rules runs one of its verbs; a build has one program to compile and link.
package main

import "github.com/lokki-build/lokki/tools/internal/cli"

func main() {
	cli.Verbs{
		graphVerb(),
		aslVerb(),
		imagesVerb(),
		cfnVerb(),
		costVerb(),
		configVerb(),
		environmentVerb(),
		layerVerb(),
		fingerprintsVerb(),
		environmentsVerb(),
		bundleVerb(),
	}.Main("buildtool")
}
