package invoice_test

import (
	"testing"

	"github.com/lokki-build/lokki/examples/flows/invoice"
	"github.com/lokki-build/lokki/runner"
)

func TestInvoiceFlow(t *testing.T) {
	for _, test := range []struct{ name, input, want string }{
		{"defaults", ``, "Ada pays 32.71, of it tax 5.22"},
		{"one field overridden", `{"tax_rate": 0}`, "Ada pays 27.49, of it tax 0.00"},
		{"a list replaced", `{"items": [{"name": "nest", "count": 2, "price": 5}]}`, "Ada pays 0.12, of it tax 0.02"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := runner.Run(t.Context(), invoice.InvoiceFlow(), runner.Options{Input: []byte(test.input)})
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
