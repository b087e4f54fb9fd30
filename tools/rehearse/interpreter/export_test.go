package interpreter

// SetRandom replaces the source of jitter.
func SetRandom(f func() float64) (restore func()) {
	old := random
	random = f
	return func() { random = old }
}
