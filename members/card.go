package members

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrCard says that a text is not a card number of ours.
var ErrCard = errors.New("not a card number")

// Card is a card number: 16 digits of which the last is Luhn's check digit.
type Card string

// cardPrefix begins every number. ISO/IEC 7812-1 leaves numbers that begin with 9 to
// national use, and no bank issues 9643: a loyalty card is never taken for a bank's.
const cardPrefix = "9643"

// NewCard makes a random number: one that tells nothing about its neighbours.
func NewCard() (Card, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000_000))
	if err != nil {
		return "", fmt.Errorf("draw a card number: %w", err)
	}
	body := fmt.Sprintf("%s%011d", cardPrefix, n)
	return Card(body + string(luhn(body))), nil
}

// ParseCard reads a number as printed or typed, with blanks and dashes between digits.
func ParseCard(s string) (Card, error) {
	if len(s) > 64 {
		return "", ErrCard
	}
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '-' || r == '\u202f' || r == '\t' || r == '\n' {
			return -1
		}
		return r
	}, s)
	if len(digits) != 16 || !strings.HasPrefix(digits, cardPrefix) || strings.Trim(digits, "0123456789") != "" {
		return "", ErrCard
	}
	if digits[15] != luhn(digits[:15]) {
		return "", ErrCard
	}
	return Card(digits), nil
}

// luhn is the check digit of ISO/IEC 7812-1 annex B for a body of digits.
func luhn(body string) byte {
	sum := 0
	for i := range body {
		d := int(body[len(body)-1-i] - '0')
		if i%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return byte('0' + (10-sum%10)%10)
}

// Grouped is the number as cards print it, in fours.
func (c Card) Grouped() string {
	if len(c) != 16 {
		return string(c)
	}
	return string(c[:4] + " " + c[4:8] + " " + c[8:12] + " " + c[12:])
}

// LogValue keeps all but the last four digits out of logs.
func (c Card) LogValue() slog.Value {
	return slog.StringValue("*" + string(c[max(0, len(c)-4):]))
}

// issueCard gives the member a new card. Of 10^11 numbers a draw that is taken is rare,
// and three in a row mean that something else is wrong.
func issueCard(ctx context.Context, tx pgx.Tx, id ID, at time.Time) error {
	for range 3 {
		c, err := NewCard()
		if err != nil {
			return err
		}
		if err := Attach(ctx, tx, id, Identity{CardID, string(c)}, at); !errors.Is(err, ErrTaken) {
			return err
		}
	}
	return fmt.Errorf("issue a card to member %d: %w", id, ErrTaken)
}
