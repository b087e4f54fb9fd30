package cost

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"gopkg.in/yaml.v3"
)

// Basis is what an estimate uses; basis.yml explains each key.
type Basis struct {
	Prices      Prices      `yaml:"prices"`
	Assumptions Assumptions `yaml:"assumptions"`
	Rates       Rates       `yaml:"rates"`
	Items       Items       `yaml:"items"`
}

// Prices are in US dollars per million of each.
type Prices struct {
	Date                string  `yaml:"date"`
	Region              string  `yaml:"region"`
	Source              string  `yaml:"source"`
	StandardTransitions float64 `yaml:"standard_transitions"`
	ExpressRequests     float64 `yaml:"express_requests"`
	ExpressGBSeconds    float64 `yaml:"express_gb_seconds"`
	LambdaRequests      float64 `yaml:"lambda_requests"`
	LambdaArmGBSeconds  float64 `yaml:"lambda_gb_seconds_arm64"`
	LambdaX86GBSeconds  float64 `yaml:"lambda_gb_seconds_amd64"`
	S3Puts              float64 `yaml:"s3_puts"`
	S3Gets              float64 `yaml:"s3_gets"`
	LogGigabytes        float64 `yaml:"log_gigabytes"`
	MetricMonths        float64 `yaml:"metric_months"`
	AlarmMonths         float64 `yaml:"alarm_months"`
}

// Assumptions fill in what a graph doesn't say.
type Assumptions struct {
	ItemSeconds   float64 `yaml:"item_seconds"`
	ValueBytes    float64 `yaml:"value_bytes"`
	ExpressMemory float64 `yaml:"express_memory"`
	LogBytes      float64 `yaml:"log_bytes"`
	SmallAccount  int     `yaml:"small_account"`
}

// Rates are the most of each per second.
type Rates struct {
	Reads          float64 `yaml:"reads"`
	StandardStarts float64 `yaml:"standard_starts"`
	ExpressStarts  float64 `yaml:"express_starts"`
}

// Items are the lengths of the lists that maps take.
type Items struct {
	Columns []int          `yaml:"columns"` // of each map, one column of the table each
	Maps    map[string]int `yaml:"maps"`    // of a map by the name of its first step, in all columns
}

//go:embed basis.yml
var basisFile []byte

// DefaultBasis is the content of basis.yml.
func DefaultBasis() Basis {
	var b Basis
	if err := b.read("basis.yml", basisFile); err != nil {
		panic(err) // a mistake in this package, which a test would find
	}
	return b
}

// ParseBasis reads a file that overrides the default field by field. If it has
// prices it must say whose they are.
func ParseBasis(name string, data []byte) (Basis, error) {
	b := DefaultBasis()
	before := b.Prices
	b.Prices.Date, b.Prices.Region, b.Prices.Source = "", "", ""
	if err := b.read(name, data); err != nil {
		return Basis{}, err
	}
	given := b.Prices
	given.Date, given.Region, given.Source = before.Date, before.Region, before.Source
	switch {
	case given == before && b.Prices.Date+b.Prices.Region+b.Prices.Source == "":
		b.Prices = before // the file has none
	case b.Prices.Date == "" || b.Prices.Region == "" || b.Prices.Source == "":
		return Basis{}, fmt.Errorf("%s: prices without their date, region and source\nhint: give all three beside the prices", name)
	}
	return b, b.validate(name)
}

func (b *Basis) read(name string, data []byte) error {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(b); err != nil && !errors.Is(err, io.EOF) { // an empty file
		return fmt.Errorf("reading %s: %w", name, err)
	}
	return nil
}

func (b Basis) validate(name string) error {
	var problems []error
	if _, err := time.Parse(time.DateOnly, b.Prices.Date); err != nil {
		problems = append(problems, fmt.Errorf("%s: prices.date is %q: want a day, as in \"2025-11-30\"", name, b.Prices.Date))
	}
	number := func(key string, v, least float64) {
		if !(v >= least) || math.IsInf(v, 0) {
			problems = append(problems, fmt.Errorf("%s: %s is %v: want %v or more", name, key, v, least))
		}
	}
	p, a, r := b.Prices, b.Assumptions, b.Rates
	number("prices.standard_transitions", p.StandardTransitions, 0)
	number("prices.express_requests", p.ExpressRequests, 0)
	number("prices.express_gb_seconds", p.ExpressGBSeconds, 0)
	number("prices.lambda_requests", p.LambdaRequests, 0)
	number("prices.lambda_gb_seconds_arm64", p.LambdaArmGBSeconds, 0)
	number("prices.lambda_gb_seconds_amd64", p.LambdaX86GBSeconds, 0)
	number("prices.s3_puts", p.S3Puts, 0)
	number("prices.s3_gets", p.S3Gets, 0)
	number("prices.log_gigabytes", p.LogGigabytes, 0)
	number("prices.metric_months", p.MetricMonths, 0)
	number("prices.alarm_months", p.AlarmMonths, 0)
	number("assumptions.item_seconds", a.ItemSeconds, 0)
	number("assumptions.value_bytes", a.ValueBytes, 0)
	number("assumptions.express_memory", a.ExpressMemory, 64)
	number("assumptions.log_bytes", a.LogBytes, 0)
	number("assumptions.small_account", float64(a.SmallAccount), 1)
	number("rates.reads", r.Reads, 1)
	number("rates.standard_starts", r.StandardStarts, 1)
	number("rates.express_starts", r.ExpressStarts, 1)
	return errors.Join(problems...)
}
