package members

import (
	"testing"
	"time"

	"kopilka/internal/postgres"
	"kopilka/internal/postgrestest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func record(t *testing.T, tx pgx.Tx, id ID, c Consent) {
	t.Helper()
	if err := RecordConsent(t.Context(), tx, id, c); err != nil {
		t.Fatalf("RecordConsent(%+v): %v", c, err)
	}
}

func TestTheNewestConsentOfAKindHolds(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	m := create(t, tx, New{})
	terms := Consent{ConsentTerms, "2026-11", true, "ru", "telegram update 1, button join", noon}
	yes := Consent{ConsentPromo, "2026-11", true, "ru", "telegram update 1, button join", noon}
	no := Consent{ConsentPromo, "2026-11", false, "uk", "telegram update 9, /stop", noon.Add(time.Hour)}
	for _, c := range []Consent{terms, yes, no} {
		record(t, tx, m.ID, c)
	}
	got, err := Consents(t.Context(), tx, m.ID)
	for i := range got {
		got[i].At = got[i].At.UTC()
	}
	if diff := cmp.Diff([]Consent{no, terms}, got); err != nil || diff != "" {
		t.Errorf("Consents: %v, diff (-want +got):\n%s", err, diff)
	}
	var rows int
	if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM members.consent WHERE member_id = $1`, m.ID).Scan(&rows); err != nil || rows != 3 {
		t.Errorf("the file has %d rows, %v, want all 3", rows, err)
	}
}

func TestConsentsAreAppendOnly(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	record(t, tx, create(t, tx, New{}).ID, Consent{ConsentTerms, "1", false, "ru", "telegram update 1", noon})
	for _, attack := range []string{
		`UPDATE members.consent SET given = true`,
		`DELETE FROM members.consent`,
		`TRUNCATE members.consent`,
	} {
		err := pgx.BeginFunc(t.Context(), tx, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), attack)
			return err
		})
		if !postgres.Violates(err, "consent_append_only") {
			t.Errorf("%s: %v, want it refused", attack, err)
		}
	}
}

func TestAConsentWithoutProofIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Consent{
		"no evidence": {ConsentTerms, "1", true, "ru", "", noon},
		"no version":  {ConsentTerms, "", true, "ru", "telegram update 1", noon},
		"no kind":     {"", "1", true, "ru", "telegram update 1", noon},
	} {
		tx := postgrestest.Tx(t)
		if err := RecordConsent(t.Context(), tx, create(t, tx, New{}).ID, c); postgres.Code(err) != "23514" {
			t.Errorf("RecordConsent with %s: %v, want a check violation", name, err)
		}
	}
}

func TestReachableAreThoseWhoseChatTakesMessages(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	promo := func(id ID, given bool) {
		record(t, tx, id, Consent{ConsentPromo, "1", given, "ru", "telegram update 1", noon})
	}
	anna := create(t, tx, New{Telegram: 1, Lang: "uk"})
	promo(anna.ID, false)
	promo(anna.ID, true)
	boris := create(t, tx, New{Telegram: 2, Lang: "ru", State: StateStopped})
	promo(boris.ID, true)
	promo(boris.ID, false)
	silent := create(t, tx, New{Telegram: 3, Lang: "ru"})
	if err := SetReachable(t.Context(), tx, create(t, tx, New{Telegram: 4}).ID, false, noon); err != nil {
		t.Fatalf("SetReachable: %v", err)
	}
	back := create(t, tx, New{Telegram: 5, Lang: "en"})
	for _, reachable := range []bool{false, true} {
		if err := SetReachable(t.Context(), tx, back.ID, reachable, noon); err != nil {
			t.Fatalf("SetReachable: %v", err)
		}
	}
	closed(t, tx, New{Telegram: 6})
	create(t, tx, New{Phone: "+79001112233"})

	type row struct {
		Member   ID
		Telegram int64
		Lang     string
		State    State
		Promo    bool
	}
	rows, err := tx.Query(t.Context(), `SELECT member_id, telegram, lang, state, promo FROM members.reachable ORDER BY member_id`)
	if err != nil {
		t.Fatalf("read members.reachable: %v", err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	want := []row{
		{anna.ID, 1, "uk", StateActive, true}, {boris.ID, 2, "ru", StateStopped, false},
		{silent.ID, 3, "ru", StateActive, false}, {back.ID, 5, "en", StateActive, false},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("members.reachable: %v, diff (-want +got):\n%s", err, diff)
	}
}
