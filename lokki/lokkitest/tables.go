package lokkitest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/lokki-build/lokki/lokki"
)

// ErrBoom is what failing steps return.
var ErrBoom = errors.New("boom")

// Table makes in.Rows lists of in.Columns numbers: 0, 1, 2, …
type Table struct {
	Rows    int `json:"rows"`
	Columns int `json:"columns"`
}

func Rows(ctx context.Context, in Table) ([][]int, error) {
	rows := make([][]int, in.Rows)
	for i := range rows {
		for j := range in.Columns {
			rows[i] = append(rows[i], i*in.Columns+j)
		}
	}
	return rows, nil
}
func Row(ctx context.Context, row []int) ([]int, error) { return row, nil }

// Cell applies the function in the context to its number.
func Cell(ctx context.Context, n int) (int, error) {
	if do, ok := ctx.Value(cellKey{}).(func(context.Context, int) (int, error)); ok {
		return do(ctx, n)
	}
	return n, nil
}
func Twice(ctx context.Context, n int) (int, error)          { return 2 * n, nil }
func SumRow(ctx context.Context, row []int) (int, error)     { return sum(row), nil }
func SumRows(ctx context.Context, rows []int) (int, error)   { return sum(rows), nil }
func List(ctx context.Context, rows []int) ([]int, error)    { return rows, nil }
func Nothing(ctx context.Context, n int) ([]int, error)      { return nil, nil }
func Explode(ctx context.Context, n int) (int, error)        { panic(fmt.Sprint("exploded at ", n)) }
func Exit(ctx context.Context, n int) (int, error)           { runtime.Goexit(); return n, nil }
func Unstorable(ctx context.Context, n int) (any, error)     { return func() {}, nil }
func Sort(ctx context.Context, list []int) ([]int, error)    { slices.Sort(list); return list, nil }
func First(ctx context.Context, list []int) (int, error)     { return list[0], nil }
func Numbers(ctx context.Context, list []int) ([]int, error) { return list, nil }

type cellKey struct{}

// WithCell makes Cell call do.
func WithCell(ctx context.Context, do func(context.Context, int) (int, error)) context.Context {
	return context.WithValue(ctx, cellKey{}, do)
}

func sum(list []int) int {
	total := 0
	for _, n := range list {
		total += n
	}
	return total
}

func TableFlow() lokki.Flow[int] {
	cells := lokki.Map(lokki.Map(lokki.Start(Rows, Table{Rows: 3, Columns: 4}), Row), Cell)
	return lokki.Agg(lokki.Agg(cells, SumRow), SumRows)
}

func RowFlow() lokki.Flow[[]int] {
	return lokki.Agg(lokki.Map(lokki.Start(Numbers, []int{3, 1, 2}), Cell), List)
}

func NilFlow() lokki.Flow[[]int] {
	return lokki.Agg(lokki.Map(lokki.Start(Nothing, 1), Cell), List)
}

func ExplodeFlow() lokki.Flow[[]int] {
	return lokki.Agg(lokki.Map(lokki.Start(Numbers, []int{7}), Explode), List)
}

func DroppingFlow() lokki.Flow[[]int] {
	numbers := lokki.Start(Numbers, []int{3, 1, 2})
	lokki.Then(numbers, First)
	return numbers
}

func ExitFlow() lokki.Flow[[]int] {
	return lokki.Agg(lokki.Map(lokki.Start(Numbers, []int{7}), Exit), List)
}

func UnstorableFlow() lokki.Flow[any] { return lokki.Start(Unstorable, 1) }
func PanickingFlow() lokki.Flow[int]  { panic("no flow") }
func EmptyFlow() lokki.Flow[int]      { return lokki.Flow[int]{} }

func BatchedFlow() lokki.Flow[[]int] {
	doubled := lokki.Then(lokki.Map(lokki.Start(Numbers, []int{3, 1, 2, 5, 9}), Cell, lokki.Batch(2)), Twice)
	return lokki.Agg(doubled, List)
}
