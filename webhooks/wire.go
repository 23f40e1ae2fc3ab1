package webhooks

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"kopilka/ledger"
	"kopilka/receipts"

	"github.com/danielgtaylor/huma/v2"
)

// Money as it stands in requests and answers: whole minor units, never a fraction.
type Money struct {
	Minor    int64  `json:"minor" minimum:"0" maximum:"1000000000000" example:"124990" doc:"Minor units: kopecks, kopiykas, tiyn."`
	Currency string `json:"currency" pattern:"^[A-Z]{3}$" example:"RUB" doc:"ISO 4217 code."`
}

func money(m receipts.Money) Money { return Money(m) }

// Points as they stand in answers.
type Points struct {
	Hundredths int64  `json:"hundredths" example:"12800" doc:"Hundredths of a point: the number to compute with."`
	Display    string `json:"display" example:"128" doc:"The same in points, with a decimal point if it is not whole."`
}

func points(p ledger.Points) Points {
	n, sign := int64(p), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	display := sign + strconv.FormatInt(n/100, 10)
	if rest := n % 100; rest != 0 {
		display = fmt.Sprintf("%s.%02d", display, rest)
	}
	return Points{Hundredths: int64(p), Display: display}
}

// moment leaves out a time that is not there.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

// Ids go out as words with a prefix that tells what they name, so that no caller can
// compute with them or send one in another's place.
type (
	// MemberID is m_ and a number.
	MemberID int64
	// PurchaseID is r_ and a number: a purchase is a receipt.
	PurchaseID int64
	// MerchantID is mr_ and a number.
	MerchantID int64
	// StoreID is st_ and a number.
	StoreID int64
)

func (id MemberID) MarshalText() ([]byte, error)   { return name("m_", int64(id)), nil }
func (id PurchaseID) MarshalText() ([]byte, error) { return name("r_", int64(id)), nil }
func (id MerchantID) MarshalText() ([]byte, error) { return name("mr_", int64(id)), nil }
func (id StoreID) MarshalText() ([]byte, error)    { return name("st_", int64(id)), nil }

func (id *MemberID) UnmarshalText(b []byte) error   { return number((*int64)(id), "m_", b) }
func (id *PurchaseID) UnmarshalText(b []byte) error { return number((*int64)(id), "r_", b) }
func (id *MerchantID) UnmarshalText(b []byte) error { return number((*int64)(id), "mr_", b) }
func (id *StoreID) UnmarshalText(b []byte) error    { return number((*int64)(id), "st_", b) }

func (MemberID) Schema(huma.Registry) *huma.Schema   { return idSchema("m", 123) }
func (PurchaseID) Schema(huma.Registry) *huma.Schema { return idSchema("r", 45) }
func (MerchantID) Schema(huma.Registry) *huma.Schema { return idSchema("mr", 7) }
func (StoreID) Schema(huma.Registry) *huma.Schema    { return idSchema("st", 9) }

var errID = errors.New("not such an id")

func name(prefix string, n int64) []byte { return strconv.AppendInt([]byte(prefix), n, 10) }

func number(to *int64, prefix string, b []byte) error {
	digits, found := strings.CutPrefix(string(b), prefix)
	n, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || n <= 0 || digits[0] == '+' {
		return errID
	}
	*to = n
	return nil
}

func idSchema(prefix string, example int) *huma.Schema {
	s := &huma.Schema{
		Type: huma.TypeString, Pattern: "^" + prefix + "_[1-9][0-9]{0,18}$",
		Examples: []any{fmt.Sprintf("%s_%d", prefix, example)},
	}
	s.PrecomputeMessages()
	return s
}

var _ huma.SchemaProvider = MemberID(0)
