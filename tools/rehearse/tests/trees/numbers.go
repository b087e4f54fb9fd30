package trees

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

// ListNumbers lists the numbers below n.
func ListNumbers(ctx context.Context, n int) ([]int, error) {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all, nil
}

// DoubleNumber doubles a number.
func DoubleNumber(ctx context.Context, n int) (int, error) { return 2 * n, nil }

// SumNumbers adds up numbers.
func SumNumbers(ctx context.Context, all []int) (int, error) {
	sum := 0
	for _, n := range all {
		sum += n
	}
	return sum, nil
}

// Numbers is a flow with one wide map.
func Numbers(n, batch int) lokki.Flow[int] {
	return lokki.Agg(lokki.Map(lokki.Start(ListNumbers, n), DoubleNumber, lokki.Batch(batch)), SumNumbers)
}

// HalveNumber halves a number.
func HalveNumber(ctx context.Context, n int) (int, error) { return n / 2, nil }

// Throttled is an error that a flow retries.
type Throttled struct{}

func (*Throttled) Error() string { return "slow down" }
