package webhooks

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"kopilka/members"

	"github.com/jackc/pgx/v5"
)

// access is who may call what: every operation of the description has a row, with a
// request that does its work, and the status for each kind of caller.
var access = map[string]struct {
	method, target, body string
	scope                string
	own, foreign, root   int // a key of the merchant, of another, of the programme
}{
	"registerMember": {"POST", "/v1/members", `{"phone":"` + annaPhone + `"}`, members.ScopeMembersWrite, 200, 200, 200},
	"findMember":     {"GET", "/v1/members?phone=%2B79001112233", "", members.ScopeMembersRead, 200, 200, 200},
	"getMember":      {"GET", "/v1/members/m_1", "", members.ScopeMembersRead, 200, 200, 200},
	"getBalance":     {"GET", "/v1/members/m_1/balance", "", members.ScopePointsRead, 200, 200, 200},
	"getHistory":     {"GET", "/v1/members/m_1/history", "", members.ScopePointsRead, 200, 200, 200},
	"postPurchase":   {"POST", "/v1/purchases", receipt71, members.ScopePurchasesWrite, 201, 403, 201},
	"quote":          {"POST", "/v1/quotes", `{"member":{"id":"m_1"},"total":{"minor":10000,"currency":"RUB"},"merchant":"mr_1"}`, members.ScopeQuote, 200, 403, 200},
}

func TestAccessMatrix(t *testing.T) {
	t.Parallel()
	for _, item := range New(Deps{}).api.OpenAPI().Paths {
		if item.Get != nil && access[item.Get.OperationID].scope != item.Get.Security[0][security][0] {
			t.Errorf("%s has no row of its scope in the access table", item.Get.OperationID)
		}
		if item.Post != nil && access[item.Post.OperationID].scope != item.Post.Security[0][security][0] {
			t.Errorf("%s has no row of its scope in the access table", item.Post.OperationID)
		}
	}
	for id, row := range access {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			coffee, books := int64(1), int64(2)
			h, receipt := open(t), 70
			for name, c := range map[string]struct {
				merchant int64
				scopes   []string
				want     int
			}{
				"own":                       {coffee, []string{row.scope}, row.own},
				"foreign":                   {books, []string{row.scope}, row.foreign},
				"root":                      {0, []string{row.scope}, row.root},
				"scopes of everything else": {coffee, without(everyScope, row.scope), http.StatusForbidden},
			} {
				key, _ := h.newKey(c.merchant, c.scopes...)
				receipt++ // each caller has a purchase of its own
				body := strings.Replace(row.body, "i=71", fmt.Sprint("i=", receipt), 1)
				res := h.call(row.method, row.target, body, "Idempotency-Key", "k", "Authorization", "Bearer "+key)
				if res.StatusCode != c.want {
					t.Errorf("%s with a key of %s = %d, want %d: %s", id, name, res.StatusCode, c.want, read(t, res))
				}
			}
		})
	}
}

func without(all []string, one string) (rest []string) {
	for _, s := range all {
		if s != one {
			rest = append(rest, s)
		}
	}
	return rest
}

func TestStrangersLearnNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	revoked, id := h.newKey(0, everyScope...)
	if err := pgx.BeginFunc(context.Background(), h.db, func(tx pgx.Tx) error { return members.RevokeKey(context.Background(), tx, id, noon) }); err != nil {
		t.Fatal(err)
	}
	for name, header := range map[string]string{
		"none": "", "empty": "Bearer ", "basic": "Basic a2V5Og==", "garbage": "Bearer " + strings.Repeat("x", 5000),
		"revoked": "Bearer " + revoked, "cut": "Bearer " + h.key[:len(h.key)-1], "longer": "Bearer " + h.key + "a",
		"secret of another key": "Bearer kp_live_" + h.keyID + "_" + h.root[strings.LastIndex(h.root, "_")+1:],
		"SQL":                   "Bearer kp_live_' OR '1'='1_x",
	} {
		for op, row := range access {
			res := h.call(row.method, row.target, row.body, "Idempotency-Key", "k", "Authorization", header)
			if res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s with %s = %d, want 401", op, name, res.StatusCode)
			}
		}
	}
	if n := h.count(`SELECT count(*) FROM receipts.receipt`); n != 0 {
		t.Errorf("strangers left %d receipts", n)
	}
}

func TestPhonesAreMasked(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, target := range []string{"/v1/members/m_1", "/v1/members?phone=%2B79001112233"} {
		if text := read(t, h.call("GET", target, "")); strings.Contains(text, annaPhone) || !strings.Contains(text, "***") {
			t.Errorf("GET %s tells the phone: %s", target, text)
		}
	}
	pii, _ := h.newKey(0, members.ScopeMembersRead, members.ScopeMembersPII)
	if body := decode(t, h.call("GET", "/v1/members/m_1", "", "Authorization", "Bearer "+pii)); body["phone"] != annaPhone {
		t.Errorf("a key with members:pii reads the phone %v, want %s", body["phone"], annaPhone)
	}
	if strings.Contains(h.log.String(), "9001112233") {
		t.Error("the log has a phone number")
	}
	key, _ := h.newKey(0, members.ScopeMembersWrite)
	body := decode(t, h.call("POST", "/v1/members", `{"phone":"`+annaPhone+`"}`, "Authorization", "Bearer "+key))
	if body["name"] != nil || body["card"] != nil || body["id"] != "m_1" {
		t.Errorf("who may only register learns %v", body)
	}
}

func TestAMerchantsKeySeesNothingOfPurchasesElsewhere(t *testing.T) {
	t.Parallel()
	h := open(t)
	elsewhere := strings.Replace(receipt71, coffeeDevice, booksDevice, 1)
	if res := h.call("POST", "/v1/purchases", elsewhere, "Idempotency-Key", "k", "Authorization", "Bearer "+h.root); res.StatusCode != 201 {
		t.Fatalf("purchase at Books: %d %s", res.StatusCode, read(t, res))
	}
	if text := read(t, h.call("GET", "/v1/members/m_1/history", "")); strings.Contains(text, "Books") || strings.Contains(text, "r_1") || !strings.Contains(text, "e_1") {
		t.Errorf("Coffee's key reads %s", text)
	}
	if text := read(t, h.call("GET", "/v1/members/m_1/history", "", "Authorization", "Bearer "+h.root)); !strings.Contains(text, "Books") {
		t.Errorf("the programme's key reads %s", text)
	}
}

func TestHistoryPagesWithoutGapsOrRepeats(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, i := range []string{"1", "2", "3", "4", "5"} {
		body := strings.Replace(order, "order-1", "order-1"+i, 1)
		if res := h.call("POST", "/v1/purchases", body, "Idempotency-Key", "k"+i); res.StatusCode != 201 {
			t.Fatalf("purchase %s: %d %s", i, res.StatusCode, read(t, res))
		}
	}
	var got []string
	target := "/v1/members/m_1/history?limit=2"
	for range 4 {
		page := decode(t, h.call("GET", target, ""))
		for _, e := range page["entries"].([]any) {
			got = append(got, e.(map[string]any)["id"].(string))
		}
		if page["has_more"] != true {
			break
		}
		target = "/v1/members/m_1/history?limit=2&cursor=" + page["next_cursor"].(string)
	}
	if text := strings.Join(got, " "); text != "e_5 e_4 e_3 e_2 e_1" {
		t.Errorf("the pages have %s, want e_5 … e_1 once each", text)
	}
}
