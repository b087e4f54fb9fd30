package cost_test

import (
	"strings"
	"testing"

	"github.com/lokki-build/lokki/internal/flowtest"
	"github.com/lokki-build/lokki/tools/internal/cost"
)

func TestParseBasis(t *testing.T) {
	const whose = "date: \"2026-03-01\", region: eu-west-1, source: invoice"
	for _, c := range []struct {
		name, file string
		want       []string // parts of the error; nil if it is valid
	}{
		{"empty", "", nil},
		{"assumptions alone", "assumptions: {item_seconds: 3}", nil},
		{"price with its date", "prices: {" + whose + ", s3_puts: 5.5}", nil},
		{"price alone", "prices: {s3_puts: 5.5}", []string{"prices.yml: prices without their date, region and source", "hint: give all three"}},
		{"date alone", "prices: {date: \"2026-03-01\"}", []string{"hint: give all three"}},
		{"unknown key", "prices: {" + whose + ", s3_put: 5.5}", []string{"reading prices.yml", "s3_put"}},
		{"no number", "assumptions: {item_seconds: long}", []string{"reading prices.yml", "long"}},
		{"out of range", "assumptions: {item_seconds: -1, express_memory: 0}\nrates: {reads: .nan}",
			[]string{"assumptions.item_seconds is -1: want 0 or more", "assumptions.express_memory is 0: want 64 or more", "rates.reads is NaN"}},
		{"no day", "prices: {date: March, region: eu-west-1, source: invoice}", []string{`prices.date is "March": want a day`}},
		{"infinite price", "prices: {" + whose + ", s3_puts: .inf}", []string{"prices.s3_puts is +Inf"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := cost.ParseBasis("prices.yml", []byte(c.file))
			if err == nil != (len(c.want) == 0) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %v, want one with %q", err, want)
				}
			}
			if err == nil && b.Prices.StandardTransitions != 25 {
				t.Errorf("what the file leaves out is not the default's: %+v", b)
			}
		})
	}
}

func TestPricesOverride(t *testing.T) {
	in := birds(flowtest.Options{})
	var err error
	in.Basis, err = cost.ParseBasis("prices.yml", []byte(`
prices: {date: "2026-03-01", region: eu-west-1, source: invoice, standard_transitions: 1000000}
assumptions: {item_seconds: 7}`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := cost.Table(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"US dollars for Step Functions                         6.00          2,004.00", "Prices: eu-west-1 on 2026-03-01", "(invoice)", "takes 7 s per item"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the table has no %q:\n%s", want, text)
		}
	}
}
