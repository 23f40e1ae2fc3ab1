package program_test

import (
	"errors"
	"testing"

	"kopilka/catalog"
	"kopilka/program"
)

func TestASuspendedMerchantEarnsNobodyAnything(t *testing.T) {
	t.Parallel()
	m := newMall(t)
	anna, id := m.join(), m.shop.Merchant.ID
	if err := m.SetMerchantState(t.Context(), m.cashier, id, catalog.StateSuspended); !errors.Is(err, program.ErrForbidden) {
		t.Errorf("a cashier suspends the shop: %v", err)
	}
	if err := m.SetMerchantState(t.Context(), m.admin, id, catalog.StateSuspended); err != nil {
		t.Fatal(err)
	}
	if out := m.send(anna, m.receipt(1, "1000.00")); out.Verdict != program.VerdictShopOut {
		t.Errorf("a receipt of a suspended shop: %s, want %s", out.Verdict, program.VerdictShopOut)
	}
	if err := m.SetMerchantState(t.Context(), m.admin, id, catalog.StateActive); err != nil {
		t.Fatal(err)
	}
	if out := m.send(anna, m.receipt(2, "1000.00")); out.Verdict != program.VerdictOK {
		t.Errorf("a receipt after the shop is back: %s", out.Verdict)
	}
	if err := m.SetMerchantState(t.Context(), m.admin, 9999, catalog.StateSuspended); !errors.Is(err, program.ErrNotFound) {
		t.Errorf("suspend a merchant that is not there: %v", err)
	}
}
