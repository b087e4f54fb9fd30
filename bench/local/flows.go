package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lokki-build/lokki/lokki"
	"github.com/lokki-build/lokki/runner"
)

// Sighting is an item of about 100 bytes of JSON.
type Sighting struct {
	ID      int     `json:"id"`
	Species string  `json:"species"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
	Ring    string  `json:"ring"`
	Count   int     `json:"count"`
}

var species = []string{"goose", "duck", "seagull", "heron", "swan", "coot", "crane", "teal"}

// The steps do almost nothing, so that the benchmark measures what is around them.

func Numbers(ctx context.Context, n int) ([]int, error) {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list, nil
}
func Next(ctx context.Context, n int) (int, error) { return n + 1, nil }
func Sum(ctx context.Context, list []int) (int, error) {
	sum := 0
	for _, n := range list {
		sum += n
	}
	return sum, nil
}

func Sightings(ctx context.Context, n int) ([]Sighting, error) {
	list := make([]Sighting, n)
	for i := range list {
		list[i] = Sighting{
			ID: i * 7919, Species: species[i%len(species)], Ring: fmt.Sprintf("%08X", i*2654435761),
			Lat: float64(i%9_000_000) / 1e5, Lon: float64(i%18_000_000) / 1e5, Count: 1,
		}
	}
	return list, nil
}
func Loud(ctx context.Context, s Sighting) (Sighting, error) {
	s.Species = strings.ToUpper(s.Species)
	return s, nil
}
func CountAll(ctx context.Context, list []Sighting) (int, error) {
	count := 0
	for _, s := range list {
		count += s.Count
	}
	return count, nil
}

func NumbersFlow() lokki.Flow[int] {
	return lokki.Agg(lokki.Map(lokki.Start(Numbers, 0), Next), Sum)
}

func SightingsFlow() lokki.Flow[int] {
	return lokki.Agg(lokki.Map(lokki.Start(Sightings, 0), Loud), CountAll)
}

// NestedFlow maps a list of n lists, each of nested numbers.
func NestedFlow() lokki.Flow[int] {
	lists := lokki.Map(lokki.Start(Numbers, 0), Same)
	return lokki.Agg(lokki.Agg(lokki.Map(lists, Next), Sum), Sum)
}

// Same returns the same list of numbers for each item.
func Same(ctx context.Context, _ int) ([]int, error) { return Numbers(ctx, nested) }

// nested is the length of both lists of NestedFlow.
const nested = 1000

// chained is a flow of n steps, too long to write as a flow function.
func chained(n int) lokki.Flow[int] {
	flow := lokki.Start(Next, 0)
	for range n - 1 {
		flow = lokki.Then(flow, Next)
	}
	return flow
}

var ways = map[string]func(ctx context.Context, n int) error{
	"numbers":   flow(NumbersFlow(), func(n int) int { return n * (n + 1) / 2 }),
	"sightings": flow(SightingsFlow(), func(n int) int { return n }),
	"nested":    flow(NestedFlow(), func(n int) int { return n * nested * (nested + 1) / 2 }),
	"chain": func(ctx context.Context, n int) error {
		got, err := runner.Run(ctx, chained(n), runner.Options{})
		return want(n)(got, err)
	},

	"numbers, errgroup":             loop(Numbers, Next, Sum, false, func(n int) int { return n * (n + 1) / 2 }),
	"numbers, errgroup and codec":   loop(Numbers, Next, Sum, true, func(n int) int { return n * (n + 1) / 2 }),
	"numbers, pond":                 pool(Numbers, Next, Sum, func(n int) int { return n * (n + 1) / 2 }),
	"sightings, errgroup":           loop(Sightings, Loud, CountAll, false, func(n int) int { return n }),
	"sightings, errgroup and codec": loop(Sightings, Loud, CountAll, true, func(n int) int { return n }),
	"sightings, pond":               pool(Sightings, Loud, CountAll, func(n int) int { return n }),
	"nested, errgroup":              nestedLoop(false),
	"nested, errgroup and codec":    nestedLoop(true),
	"chain, loop":                   chainLoop(false),
	"chain, loop and codec":         chainLoop(true),
	"nothing":                       func(context.Context, int) error { return nil },
}

// flow runs a flow with n as its input.
func flow(f lokki.Flow[int], result func(n int) int) func(context.Context, int) error {
	return func(ctx context.Context, n int) error {
		got, err := runner.Run(ctx, f, runner.Options{Input: json.RawMessage(fmt.Sprint(n))})
		return want(result(n))(got, err)
	}
}

func want(result int) func(int, error) error {
	return func(got int, err error) error {
		if err == nil && got != result {
			err = fmt.Errorf("got %d, want %d", got, result)
		}
		return err
	}
}
