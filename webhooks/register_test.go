package webhooks

import (
	"context"
	"fmt"
	"testing"

	"kopilka/members"
)

const consenting = `{"phone":"+79002223344","name":"Борис","lang":"ru","consents":[
	{"kind":"terms","version":"2026-11","given":true,"evidence":"till 3, form 118"},
	{"kind":"promo","version":"2026-11","given":false,"evidence":"till 3, form 118"}]}`

func TestRegisteringKeepsConsentsWithTheirEvidence(t *testing.T) {
	t.Parallel()
	h := open(t)
	for i, want := range []int{201, 200} { // the repeat leaves no second row
		if res := h.call("POST", "/v1/members", consenting); res.StatusCode != want {
			t.Fatalf("call %d: %d %s, want %d", i+1, res.StatusCode, read(t, res), want)
		}
	}
	got, err := members.Consents(context.Background(), h.db, 2)
	if err != nil || len(got) != 2 || h.count(`SELECT count(*) FROM members.consent`) != 2 {
		t.Fatalf("consents %+v, %v, want two rows", got, err)
	}
	for _, c := range got {
		want := members.Consent{Kind: c.Kind, Version: "2026-11", Given: c.Kind == "terms", Lang: "ru", Evidence: "api:" + h.keyID + " till 3, form 118", At: c.At}
		if c != want || !c.At.Equal(noon) {
			t.Errorf("consent %+v, want %+v", c, want)
		}
	}
	if m, err := members.Get(context.Background(), h.db, 2); err != nil || m.Lang != "ru" || m.State != members.StatePending {
		t.Errorf("member %+v, %v", m, err)
	}
}

func TestNobodyElseSpeaksForAMemberWhoHasJoined(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := h.db.Exec(context.Background(), `UPDATE members.member SET state = 'active', lang = 'uk' WHERE id = 1`); err != nil {
		t.Fatal(err)
	}
	body := `{"phone":"` + annaPhone + `","lang":"en","consents":[{"kind":"promo","version":"1","given":true,"evidence":"none"}]}`
	got := decode(t, h.call("POST", "/v1/members", body))
	if n := h.count(`SELECT count(*) FROM members.consent`); n != 0 || got["lang"] != "uk" {
		t.Errorf("%d consents were written and the language is %v, want none and uk", n, got["lang"])
	}
}

func TestOnePhoneAtOnceIsOneMember(t *testing.T) {
	t.Parallel()
	h := open(t)
	statuses, bodies := together(10, func(int) (int, string) {
		res := h.call("POST", "/v1/members", consenting)
		return res.StatusCode, read(t, res)
	})
	created := 0
	for i, s := range statuses {
		if s == 201 {
			created++
		} else if s != 200 {
			t.Errorf("call %d: %d %s", i, s, bodies[i])
		}
	}
	if n := h.count(`SELECT count(*) FROM members.identity WHERE kind = 'phone' AND value = '+79002223344'`); created != 1 || n != 1 {
		t.Errorf("%d answers of 201 and %d members, want 1 and 1: %s", created, n, fmt.Sprint(statuses))
	}
}
