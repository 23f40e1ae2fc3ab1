package receipts

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"kopilka/internal/postgres"
	"kopilka/internal/postgrestest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Main(m)) }

// submission is a member's submission of a code by the door "chat".
func submission(t testing.TB, member int64, ref, code string) Submission {
	t.Helper()
	r, err := Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	return Submission{Member: member, Door: "chat", Ref: ref, Via: ViaText, FileID: "file-" + ref, At: testNow,
		Receipt: r, Checks: r.Checks(testNow)}
}

func record(t testing.TB, tx pgx.Tx, s Submission) ID {
	t.Helper()
	id, err := Record(t.Context(), tx, s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func decide(t testing.TB, tx pgx.Tx, id ID, d Decision) {
	t.Helper()
	if err := Decide(t.Context(), tx, id, d); err != nil {
		t.Fatal(err)
	}
}

func TestASubmissionIsKeptAsItCame(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	want := submission(t, 7, "a", codeOne)
	id := record(t, tx, want)
	got, err := ByID(t.Context(), tx, id)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.Submission, cmpopts.EquateEmpty()); diff != "" || got.Key != want.Receipt.Key() || got.State != Pending {
		t.Errorf("ByID(%d) is %s %s and differs (-sent +kept)\n%s", id, got.Key, got.State, diff)
	}
	byRef, err := ByRef(t.Context(), tx, "chat", "a")
	if err != nil || byRef.ID != id {
		t.Errorf("ByRef = %d, %v, want %d", byRef.ID, err, id)
	}
}

func TestADoorsRepeatIsNotRecordedAgain(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	first := record(t, tx, submission(t, 7, "a", codeOne))
	again, err := Record(t.Context(), tx, submission(t, 8, "a", codeTwo))
	if again != first || !errors.Is(err, ErrRecorded) {
		t.Errorf("Record of the same reference = %d, %v, want %d and ErrRecorded", again, err, first)
	}
	other := submission(t, 7, "a", codeOne)
	other.Door = "api"
	if id := record(t, tx, other); id == first {
		t.Errorf("another door's reference %q was taken for the first door's", other.Ref)
	}
}

func TestAReceiptCannotBeDecidedTwice(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	id := record(t, tx, submission(t, 7, "a", codeOne))
	decide(t, tx, id, Decision{State: Review, Verdict: "REVIEW", At: testNow})
	want := Decision{State: Accepted, Verdict: "OK", Merchant: 3, Store: 4, Points: 1299, Op: 9,
		Breakdown: json.RawMessage(`{"base": 1299}`), Total: &Money{130000, "RUB"},
		ReviewedBy: 5, Reason: "the paper says so", At: testNow.Add(time.Hour)}
	decide(t, tx, id, want)
	got, err := ByID(t.Context(), tx, id)
	if err != nil {
		t.Fatal(err)
	}
	want.Total = nil // it becomes the receipt's
	if diff := cmp.Diff(want, got.Decision); diff != "" || got.Receipt.Total != (Money{130000, "RUB"}) {
		t.Errorf("the decision is kept with the total %v and differs (-made +kept)\n%s", got.Receipt.Total, diff)
	}
	if err := Decide(t.Context(), tx, id, Decision{State: Refused, At: testNow}); !errors.Is(err, ErrDecided) {
		t.Errorf("Decide of an accepted receipt = %v, want ErrDecided", err)
	}
	if err := Decide(t.Context(), tx, id+1, Decision{State: Refused, At: testNow}); !errors.Is(err, ErrNotFound) {
		t.Errorf("Decide of no receipt = %v, want ErrNotFound", err)
	}
	if _, err := ByID(t.Context(), tx, id+1); !errors.Is(err, ErrNotFound) {
		t.Errorf("ByID of no receipt = %v, want ErrNotFound", err)
	}
}

func TestASettledTotalReplacesAnUnknownOne(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	id := record(t, tx, submission(t, 7, "a", "t=20211028T1636&s=55189&fn=9287440301110113&i=19313&fp=1992968429&n=1"))
	before, err := ByID(t.Context(), tx, id)
	if err != nil || before.Receipt.HasTotal {
		t.Fatalf("an ambiguous total was kept as %v, %v", before.Receipt.Total, err)
	}
	decide(t, tx, id, Decision{State: Accepted, Total: &Money{55189, "RUB"}, ReviewedBy: 2, At: testNow})
	after, err := ByID(t.Context(), tx, id)
	if err != nil || after.Receipt.Total != (Money{55189, "RUB"}) {
		t.Errorf("the settled total = %v, %v, want 551.89 RUB", after.Receipt.Total, err)
	}
}

func TestListsArePagedAndOrdered(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	var ids []ID
	for i := range 4 {
		ids = append(ids, record(t, tx, submission(t, 7, fmt.Sprint(i), codeOne)))
	}
	record(t, tx, submission(t, 8, "other", codeOne))
	for _, id := range ids[:3] {
		decide(t, tx, id, Decision{State: Review, At: testNow})
	}
	newest, err1 := OfMember(t.Context(), tx, 7, 0, 3)
	rest, err2 := OfMember(t.Context(), tx, 7, ids[1], 3)
	oldest, err3 := InReview(t.Context(), tx, 0, 2)
	last, err4 := InReview(t.Context(), tx, ids[1], 2)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		got  []Submitted
		want []ID
	}{
		{"member's first page", newest, []ID{ids[3], ids[2], ids[1]}}, {"member's next page", rest, []ID{ids[0]}},
		{"review's first page", oldest, ids[:2]}, {"review's next page", last, ids[2:3]},
	} {
		var got []ID
		for _, s := range c.got {
			got = append(got, s.ID)
		}
		if !cmp.Equal(got, c.want) {
			t.Errorf("%s = %v, want %v", c.name, got, c.want)
		}
	}
}

func TestOnlyAcceptedReceiptsOfTheDayAreCounted(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	for i, c := range []struct {
		member   int64
		state    State
		merchant int64
		at       time.Time
	}{
		{7, Accepted, 1, testNow}, {7, Accepted, 2, testNow.Add(time.Hour)}, {7, Refused, 1, testNow},
		{8, Accepted, 1, testNow}, {7, Accepted, 1, testNow.AddDate(0, 0, -1)}, {7, Accepted, 1, testNow.Add(2 * time.Hour)},
	} {
		s := submission(t, c.member, fmt.Sprint(i), codeOne)
		s.At = c.at
		decide(t, tx, record(t, tx, s), Decision{State: c.state, Merchant: c.merchant, Points: 100, At: c.at})
	}
	for merchant, want := range map[int64]int{0: 2, 1: 1, 2: 1, 3: 0} {
		n, points, err := CountAccepted(t.Context(), tx, 7, merchant, testNow, testNow.Add(2*time.Hour))
		if err != nil || n != want || points != int64(want)*100 {
			t.Errorf("CountAccepted(merchant %d) = %d, %d, %v, want %d", merchant, n, points, err, want)
		}
	}
}

func TestAReceiptIsClaimedOnceForEver(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	s := submission(t, 7, "a", codeOne)
	key, sign := s.Receipt.Key(), s.Receipt.Sign
	mine, other := record(t, tx, s), record(t, tx, submission(t, 8, "b", codeOne))
	if _, had, err := ClaimOf(t.Context(), tx, key); had || err != nil {
		t.Fatalf("ClaimOf before any claim = %v, %v", had, err)
	}
	for _, c := range []struct {
		name   string
		id     ID
		member int64
		sign   string
		want   Claimed
	}{
		{"the first", mine, 7, sign, Claimed{true, mine, 7, testNow, true}},
		{"the same again", mine, 7, sign, Claimed{true, mine, 7, testNow, true}},
		{"another member's", other, 8, sign, Claimed{false, mine, 7, testNow, true}},
		{"one with another sign", other, 8, "1", Claimed{false, mine, 7, testNow, false}},
		{"a till's without a sign", other, 8, "", Claimed{false, mine, 7, testNow, true}},
	} {
		got, err := Claim(t.Context(), tx, key, c.id, c.member, c.sign, testNow)
		got.At = got.At.UTC()
		if err != nil || got != c.want {
			t.Errorf("Claim, %s = %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
	got, had, err := ClaimOf(t.Context(), tx, key)
	if err != nil || !had || got.Member != 7 || got.Receipt != mine {
		t.Errorf("ClaimOf = %+v, %v, %v, want the first one's", got, had, err)
	}
}

func TestNobodyClaimsWithoutAKeyOrASubmission(t *testing.T) {
	t.Parallel()
	tx := postgrestest.Tx(t)
	if _, err := Claim(t.Context(), tx, "", 1, 7, "", testNow); !errors.Is(err, ErrMalformed) {
		t.Errorf("Claim of no key = %v, want ErrMalformed", err)
	}
	if _, err := Claim(t.Context(), tx, "RU:1:1", 123456, 7, "", testNow); !errors.Is(err, ErrNotFound) {
		t.Errorf("Claim for no submission = %v, want ErrNotFound", err)
	}
}

func TestTheDatabaseKeepsClaims(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"delete":   `DELETE FROM receipts.claim`,
		"hand on":  `UPDATE receipts.claim SET member_id = 8`,
		"resubmit": `DELETE FROM receipts.receipt`,
	} {
		tx := postgrestest.Tx(t)
		s := submission(t, 7, "a", codeOne)
		id := record(t, tx, s)
		if _, err := Claim(t.Context(), tx, s.Receipt.Key(), id, 7, s.Receipt.Sign, testNow); err != nil {
			t.Fatal(err)
		}
		_, err := tx.Exec(t.Context(), sql)
		if !postgres.Violates(err, "claim_for_ever") && !postgres.Violates(err, "claim_receipt") {
			t.Errorf("%s: %v, want it refused", name, err)
		}
	}
}

// Twenty members send one receipt at one moment, each in a transaction of its own.
func TestOneOfManyAtOnceClaimsTheReceipt(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	const members = 20
	var (
		wait sync.WaitGroup
		mu   sync.Mutex
		all  []Claimed
	)
	for member := range int64(members) {
		s := submission(t, member+1, fmt.Sprint(member), codeOne)
		wait.Go(func() {
			err := pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
				id, err := Record(t.Context(), tx, s)
				if err != nil {
					return err
				}
				c, err := Claim(t.Context(), tx, s.Receipt.Key(), id, s.Member, s.Receipt.Sign, testNow)
				mu.Lock()
				defer mu.Unlock()
				all = append(all, c)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	firsts, holders := 0, map[int64]bool{}
	for _, c := range all {
		holders[c.Member] = true
		if c.First {
			firsts++
		}
	}
	if len(all) != members || firsts != 1 || len(holders) != 1 {
		t.Errorf("%d claims had %d first and %d holders, want %d with one of each", len(all), firsts, len(holders), members)
	}
}

// The first transaction rolls back, so the one that waited for it has the receipt.
func TestAClaimThatIsRolledBackLeavesTheReceiptFree(t *testing.T) {
	t.Parallel()
	db := postgrestest.New(t)
	first, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s := submission(t, 1, "a", codeOne)
	if _, err := Claim(t.Context(), first, s.Receipt.Key(), record(t, first, s), 1, "", testNow); err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error, 1)
	go func() {
		waiting <- pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
			id, err := Record(t.Context(), tx, submission(t, 2, "b", codeOne))
			if err != nil {
				return err
			}
			c, err := Claim(t.Context(), tx, s.Receipt.Key(), id, 2, "", testNow)
			if err == nil && (!c.First || c.Member != 2) {
				return fmt.Errorf("the second claim = %+v, want it first", c)
			}
			return err
		})
	}()
	if err := first.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}
