//go:build race

package tests

// flows is fewer with the race detector, which makes them slow.
const flows = 10
