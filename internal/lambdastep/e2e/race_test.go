//go:build race

package e2e_test

// raceEnabled: the race detector uses many times the memory.
const raceEnabled = true
