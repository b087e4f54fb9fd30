//go:build race

package e2e_test

// raceEnabled: the race detector takes many times the memory.
const raceEnabled = true
