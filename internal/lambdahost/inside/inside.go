// Package inside makes a sandbox from inside: mounting takes a process that is in
// its new namespaces already, and still root.
//
// A program that links this package and is started with Variable set never
// reaches main. It makes its mounts, gives up root and becomes the program that
// Spec names. So the package imports little, and only from the standard
// library.
package inside

// Devices are what a program in a sandbox finds in /dev.
var Devices = []string{"dev/null", "dev/zero", "dev/random", "dev/urandom"}
