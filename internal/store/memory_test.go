package store_test

import (
	"testing"

	"github.com/lokki-build/lokki/internal/store"
	"github.com/lokki-build/lokki/internal/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return store.NewMemory() })
}
