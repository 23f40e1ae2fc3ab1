// Package catalog knows who sells where: merchants with their tax numbers, the stores of
// each, the tills in a store and the fiscal devices in a till, and what the merchants offer.
// It knows nothing of members, points or receipts.
package catalog

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// MerchantID names a merchant for ever.
type MerchantID int64

// StoreID names a store for ever.
type StoreID int64

// TillID names a till for ever, whatever fiscal devices it has had.
type TillID int64

// What callers decide on.
var (
	// ErrNotFound says that there is no such merchant, store, till or device.
	ErrNotFound = errors.New("not in the catalog")
	// ErrTaken says that a tax number or a fiscal device is registered already.
	ErrTaken = errors.New("already in the catalog")
	// ErrTaxID says that a tax number cannot be one of the country.
	ErrTaxID = errors.New("not a tax number of the country")
	// ErrDevice says that a text cannot be a fiscal device's number.
	ErrDevice = errors.New("not a fiscal device number")
	// ErrInvalid says that a name is missing or too long, or a zone is missing.
	ErrInvalid = errors.New("not complete")
)

// State says whether a merchant takes part.
type State string

// The states of a merchant.
const (
	StateActive    State = "active"
	StateSuspended State = "suspended"
)

// Merchant sells under one tax number.
type Merchant struct {
	ID       MerchantID
	Name     string
	Country  string // ISO 3166-1 alpha-2
	TaxID    TaxID
	Category string
	State    State
}

// Store is one place where a merchant sells.
type Store struct {
	ID       StoreID
	Merchant MerchantID
	Name     string
	Address  string
	Place    string         // where in the mall
	Zone     *time.Location // of the clock that its receipts print
}

// Till is one till, with the fiscal device that is in it now.
type Till struct {
	ID      TillID
	Store   StoreID
	Device  string // ФН, ФН ПРРО, РНМ …; "" when it has none
	Country string // whose register the device is in
	Name    string
}

// Place is where a receipt was printed.
type Place struct {
	Merchant Merchant
	Store    Store
	Till     Till
}

// fold makes names comparable as people see them: no capitals, ё as е.
func fold(s string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(s), " ")), "ё", "е")
}

// named reports whether s can be a name of at most limit characters.
func named(s string, limit int) bool {
	return strings.TrimSpace(s) != "" && fits(s, limit)
}

// fits reports whether the database can keep s in a column of limit characters.
func fits(s string, limit int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= limit && !strings.ContainsRune(s, 0)
}
