// Package gazelle is the extension of Gazelle that keeps the lokki_step and
// lokki_flow rules of BUILD files as the Go code has them.
//
// For each flow function of a package it generates a lokki_flow, and a lokki_step
// for each function that a flow of the repository uses, beside the go_library that
// declares it. Rules are matched by their function, so targets may have any name,
// and all attributes but library and steps are the user's.
//
// What can't be told from the source, such as a step chosen at run time, is
// reported, and what the BUILD file says about it stays.
package gazelle
