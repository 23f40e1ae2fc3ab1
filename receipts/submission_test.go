package receipts

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

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
