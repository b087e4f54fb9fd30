//go:build !race

package tests

// flows is how many random flows are rehearsed.
const flows = 100
