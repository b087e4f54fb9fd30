//lint:file-ignore SA5008 The tags are those that only encoding/json takes.

package lokkitest

import (
	"context"
	"fmt"
	"net/url"
	"reflect"
	"time"

	"github.com/lokki-build/lokki/lokki"
)

// ReadingsFlow passes on values that JSON easily damages.
func ReadingsFlow() lokki.Flow[[]Reading] {
	readings := lokki.Start(TakeReadings, Interval{Every: time.Second, Count: 3})
	return lokki.Agg(lokki.Map(readings, CheckReading), CheckReadings)
}

// Interval is an input with a duration.
type Interval struct {
	Every time.Duration `json:"every"`
	Count int           `json:"count"`
}

// Stamp has the methods of the time it embeds.
type Stamp struct{ time.Time }

// Site is embedded as a pointer that may be nil.
type Site struct {
	Notes []string `json:"notes,omitempty"`
}

// Reading has empty lists that are not nil under omitempty, a negative zero, an
// embedded pointer to an empty struct, tags that only encoding/json accepts, and
// methods that store its time.
type Reading struct {
	*Site
	N      int              `json:"n,string"`
	Every  time.Duration    `json:"every,required"`
	Tags   []string         `json:",omitempty"`
	Rate   float64          `json:"rate,omitempty"`
	At     Stamp            `json:"at,omitzero"`
	Counts map[string]int   `json:",omitempty"`
	Source *url.URL         `json:"source"`
	Ports  map[uint16][]any `json:"ports,string"`
	cache  struct{}
}

// ReadingOf returns the reading with that number.
func ReadingOf(n int, every time.Duration) Reading {
	r := Reading{N: n, Every: every, cache: struct{}{}}
	switch n % 3 {
	case 0:
		r.Site, r.Tags, r.Rate = &Site{}, []string{}, 1.5
		r.At = Stamp{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
	case 1:
		r.Site, r.Counts = &Site{Notes: []string{}}, map[string]int{}
		r.Source = &url.URL{Scheme: "https", Host: "example.com", User: url.UserPassword("a", "b:c")}
	case 2:
		r.Ports = map[uint16][]any{443: {}, 80: nil, 22: {nil, 1.5, map[string]any{}}}
	}
	return r
}

// TakeReadings makes Count readings.
func TakeReadings(_ context.Context, in Interval) ([]Reading, error) {
	readings := make([]Reading, in.Count)
	for n := range readings {
		readings[n] = ReadingOf(n, in.Every)
	}
	return readings, nil
}

// CheckReading fails for a reading that has changed.
func CheckReading(_ context.Context, r Reading) (Reading, error) {
	if want := ReadingOf(r.N, r.Every); !reflect.DeepEqual(r, want) {
		return r, fmt.Errorf("reading %d is %+v and was %+v", r.N, r, want)
	}
	return r, nil
}

// CheckReadings checks all readings, and returns them.
func CheckReadings(ctx context.Context, readings []Reading) ([]Reading, error) {
	for _, r := range readings {
		if _, err := CheckReading(ctx, r); err != nil {
			return nil, err
		}
	}
	return readings, nil
}
