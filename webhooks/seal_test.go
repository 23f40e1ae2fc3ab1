package webhooks

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func newSealOf(t *testing.T, b byte) *Seal {
	t.Helper()
	s, err := NewSeal(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedSecretsOpenWithTheirKeyAlone(t *testing.T) {
	t.Parallel()
	secret, one, other := newSecret(), newSealOf(t, 1), newSealOf(t, 2)
	stored := one.close(secret)
	if got, err := one.open(stored); err != nil || got != secret {
		t.Errorf("open(close(secret)) = %q, %v", string(got), err)
	}
	if strings.Contains(stored, string(secret)[6:]) || stored == one.close(secret) {
		t.Errorf("%s tells the secret, or that two are one", stored)
	}
	broken := stored[:len(stored)-6] + "AAAAA="
	for name, c := range map[string]struct {
		seal   *Seal
		stored string
	}{"another key": {other, stored}, "no key": {nil, stored}, "changed": {one, broken}, "cut": {one, stored[:20]}} {
		if _, err := c.seal.open(c.stored); !errors.Is(err, ErrSeal) {
			t.Errorf("open with %s: %v, want ErrSeal", name, err)
		}
	}
	if got, err := one.open(string(secret)); err != nil || got != secret {
		t.Errorf("a secret stored before there was a key: %q, %v", string(got), err)
	}
	if _, err := NewSeal([]byte("short")); !errors.Is(err, ErrSeal) {
		t.Errorf("NewSeal of a short key: %v, want ErrSeal", err)
	}
}

func TestTheDatabaseDoesNotTellASealedSecret(t *testing.T) {
	t.Parallel()
	o, r := newOffice(t), newReceiver(t, 200, nil)
	o.hooks.seal = newSealOf(t, 1)
	var secret Secret
	o.tx(func(tx pgx.Tx) (err error) {
		_, secret, err = CreateEndpoint(context.Background(), tx, NewEndpoint{URL: r.URL, AllowLoopback: true, Seal: o.hooks.seal}, noon)
		return err
	})
	if n := o.count(`SELECT count(*) FROM webhooks.endpoint WHERE secret LIKE '%` + string(secret)[6:] + `%'`); n != 0 {
		t.Error("the secret stands in the table")
	}
	o.plan(accruedAt(1, 7))
	if err := o.attempt(1, 1); err != nil || !verified(string(secret), r.all()[0].header, []byte(r.all()[0].body), noon) {
		t.Errorf("attempt: %v, and the receiver cannot verify it", err)
	}
	o.plan(accruedAt(1, 8))
	o.hooks.seal = newSealOf(t, 2)
	if err := o.attempt(2, 1); !errors.Is(err, ErrSeal) || len(r.all()) != 1 {
		t.Errorf("with another key: %v, %d calls, want ErrSeal and none", err, len(r.all())-1)
	}
}
