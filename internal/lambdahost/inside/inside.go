// Package inside makes a sandbox from inside: mounts need a process that is in its
// new namespaces already, and still root.
//
// A program that links it and is started with Variable set never comes to main.
// It makes its mounts, gives up root and becomes the program that Spec names.
// So it imports the standard library only, and of that little.
package inside

// Devices are what a program in a sandbox finds in /dev.
var Devices = []string{"dev/null", "dev/zero", "dev/random", "dev/urandom"}
