// Package steps is what the rules' tests build: a flow with a map, a flow with
// every feature, and a function that no flow uses.
package steps

import (
	"context"

	"github.com/lokki-build/lokki/lokki"
)

// Input is what the flow takes.
type Input struct {
	Numbers []int `json:"numbers"`
}

// ListNumbers lists the numbers.
func ListNumbers(ctx context.Context, in Input) ([]int, error) { return in.Numbers, nil }

// DoubleNumber doubles one number.
func DoubleNumber(ctx context.Context, n int) (int, error) { return 2 * n, nil }

// SumNumbers adds all numbers.
func SumNumbers(ctx context.Context, ns []int) (int, error) {
	sum := 0
	for _, n := range ns {
		sum += n
	}
	return sum, nil
}

// UpTo lists the numbers from 1 to n.
func UpTo(ctx context.Context, n int) ([]int, error) {
	list := make([]int, n)
	for i := range list {
		list[i] = i + 1
	}
	return list, nil
}

// Spare is in no flow.
func Spare(ctx context.Context, n int) (int, error) { return n, nil }

// NumbersFlow adds the doubles of the numbers.
func NumbersFlow() lokki.Flow[int] {
	numbers := lokki.Start(ListNumbers, Input{Numbers: []int{1, 2, 3}})
	doubled := lokki.Map(numbers, DoubleNumber)
	return lokki.Agg(doubled, SumNumbers)
}

// RangesFlow has a map in a map, with sequences inside and after them: it adds
// four times all the numbers up to each number, and doubles that.
func RangesFlow() lokki.Flow[int] {
	numbers := lokki.Start(ListNumbers, Input{Numbers: []int{1, 2, 3}})
	ranges := lokki.Map(numbers, UpTo)
	doubled := lokki.Map(ranges, DoubleNumber)
	again := lokki.Then(doubled, DoubleNumber)
	sum := lokki.Agg(lokki.Agg(again, SumNumbers), SumNumbers)
	return lokki.Then(sum, DoubleNumber)
}
