// Package invoice is a flow without a map: a sequence of steps, each taking
// what the previous one returned.
package invoice

import (
	"context"
	"fmt"

	"github.com/lokki-build/lokki/lokki"
)

// Order is what the flow takes.
type Order struct {
	Customer string `json:"customer"`
	Items    []Item `json:"items"`
	TaxRate  int    `json:"tax_rate"` // in percent
}

// Item is one line of an order.
type Item struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Price int64  `json:"price"` // of one, in cents
}

// Bill is an order with its amounts, in cents.
type Bill struct {
	Order Order `json:"order"`
	Net   int64 `json:"net"`
	Tax   int64 `json:"tax"`
}

// PriceOrder adds up the items.
func PriceOrder(ctx context.Context, order Order) (Bill, error) {
	bill := Bill{Order: order}
	for i, item := range order.Items {
		if item.Count < 1 || item.Price < 0 {
			return Bill{}, fmt.Errorf("item %d, %q: count is %d and price is %d", i+1, item.Name, item.Count, item.Price)
		}
		bill.Net += int64(item.Count) * item.Price
	}
	return bill, nil
}

// AddTax adds the tax, rounded to the next cent.
func AddTax(ctx context.Context, bill Bill) (Bill, error) {
	bill.Tax = (bill.Net*int64(bill.Order.TaxRate) + 50) / 100
	return bill, nil
}

// PrintInvoice writes the last line of the invoice.
func PrintInvoice(ctx context.Context, bill Bill) (string, error) {
	total := bill.Net + bill.Tax
	return fmt.Sprintf("%s pays %d.%02d, of it tax %d.%02d",
		bill.Order.Customer, total/100, total%100, bill.Tax/100, bill.Tax%100), nil
}

// InvoiceFlow makes an invoice from an order.
func InvoiceFlow() lokki.Flow[string] {
	bill := lokki.Start(PriceOrder, Order{
		Customer: "Ada",
		Items:    []Item{{Name: "feather", Count: 3, Price: 250}, {Name: "seed", Count: 1, Price: 1999}},
		TaxRate:  19,
	})
	taxed := lokki.Then(bill, AddTax)
	return lokki.Then(taxed, PrintInvoice)
}
