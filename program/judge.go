package program

import (
	"context"
	"errors"
	"strings"
	"time"

	"kopilka/ledger"
	"kopilka/receipts"
)

// skew is how far a till's clock may run ahead.
const skew = 10 * time.Minute

// sameSale is how near in time a scan and a cashier's booking of one sum are taken for
// one purchase told of twice.
const sameSale = 2 * time.Hour

// judge finds the verdict. A receipt that somebody has is told of first: that answer
// does not change with the days. Whoever passes everything claims the key, so of two
// who pass at once one is told that the other was first.
func (j *judging) judge(ctx context.Context) (Verdict, error) {
	key := j.out.Receipt.Key()
	had, found, err := receipts.ClaimOf(ctx, j.tx, key)
	if err != nil {
		return "", err
	}
	if found {
		return j.duplicate(ctx, had)
	}
	verdict, reason := judgeReceipt(j.out.Settings, j.facts())
	if verdict == VerdictOK {
		verdict, reason, err = j.judgeDay(ctx)
	}
	if err != nil {
		return "", err
	}
	j.out.Reason = reason
	if verdict != VerdictOK && verdict != VerdictLimit {
		return verdict, nil
	}
	claimed, err := receipts.Claim(ctx, j.tx, key, j.out.ID, int64(j.out.Member), j.out.Receipt.Sign, j.at)
	if err != nil {
		return "", err
	}
	if !claimed.First {
		return j.duplicate(ctx, claimed)
	}
	return verdict, nil
}

// duplicate answers for a receipt that somebody has. One drive gives a document one
// fiscal sign, so another sign means that one of the two is made up: a person looks.
func (j *judging) duplicate(ctx context.Context, had receipts.Claimed) (Verdict, error) {
	first, err := receipts.ByID(ctx, j.tx, had.Receipt)
	if err != nil {
		return "", err
	}
	j.out.Earlier = Earlier{Receipt: had.Receipt, At: had.At, Points: ledger.Points(first.Points)}
	a, b := first.Receipt.Sign, j.out.Receipt.Sign
	switch {
	case a != "" && b != "" && !strings.EqualFold(a, b):
		j.out.Reason = ReasonForged
		return VerdictReview, nil
	case had.Member == int64(j.out.Member):
		return VerdictDupSelf, nil
	}
	return VerdictDupOther, nil
}

// facts are what the pure part of the judgement needs.
type facts struct {
	receipt receipts.Receipt
	via     receipts.Via
	seller  bool // takes part
	bought  time.Time
	joined  time.Time
	now     time.Time
}

func (j *judging) facts() facts {
	f := facts{receipt: j.out.Receipt, via: j.sub.Via, joined: j.member.JoinedAt, now: j.at,
		seller: j.out.Place.Merchant.ID != 0 && j.out.Place.Merchant.Active()}
	if t := j.out.Receipt.Time; !t.IsZero() {
		f.bought = j.out.Receipt.When(zoneOf(j.out.Place))
	}
	return f
}

// judgeReceipt judges what can be judged from the receipt alone: pure.
func judgeReceipt(s Settings, f facts) (Verdict, Reason) {
	r := f.receipt
	switch {
	case r.Operation == receipts.Refund:
		return VerdictRefund, ""
	case r.Operation != receipts.Sale && r.Operation != receipts.Unknown:
		return VerdictNotSale, ""
	case !f.seller:
		return VerdictShopOut, ""
	}
	if v := judgeTime(s, f); v != VerdictOK {
		return v, ""
	}
	currency, counted := s.Currencies[r.Total.Currency]
	switch {
	case !r.HasTotal:
		return VerdictReview, ReasonNoTotal
	case !counted:
		return VerdictReview, ReasonNoMoney
	case r.Total.Minor < currency.MinSum || r.Total.Minor <= 0:
		return VerdictMinSum, ""
	case failed(r.Checks(f.now)):
		return VerdictReview, ReasonCheck
	case f.via == receipts.ViaOCR && s.worth(r.Total) > s.Printed.MaxTotal:
		return VerdictReview, ReasonPrinted
	}
	return VerdictOK, ""
}

func judgeTime(s Settings, f facts) Verdict {
	if f.bought.IsZero() { // a code without a date: the sending counts
		return VerdictOK
	}
	const day = 24 * time.Hour
	switch {
	case f.bought.After(f.now.Add(skew)):
		return VerdictFuture
	case f.now.Sub(f.bought) > time.Duration(s.MaxAgeDays)*day:
		return VerdictTooOld
	case f.joined.Sub(f.bought) > time.Duration(s.BeforeJoinDays)*day:
		return VerdictBeforeJoin
	}
	return VerdictOK
}

func failed(checks []receipts.Check) bool {
	for _, c := range checks {
		if c.Result == receipts.Fail {
			return true
		}
	}
	return false
}

// judgeDay judges the receipt among the member's others: its caps hold because the
// member's wallet is locked.
func (j *judging) judgeDay(ctx context.Context) (Verdict, Reason, error) {
	s := j.today
	n, _, err := receipts.CountAccepted(ctx, j.tx, int64(j.out.Member), 0, j.day, j.day.AddDate(0, 0, 1))
	if err != nil {
		return "", "", err
	}
	if s.ReceiptsPerDay > 0 && n >= s.ReceiptsPerDay && j.sub.Via != receipts.ViaTill {
		return VerdictLimit, "", nil
	}
	if j.sub.Via == receipts.ViaOCR {
		printed, err := receipts.CountVia(ctx, j.tx, int64(j.out.Member), receipts.ViaOCR, j.day, j.day.AddDate(0, 0, 1))
		if err != nil || printed >= s.Printed.PerDay {
			return VerdictReview, ReasonPrinted, err
		}
	}
	_, err = receipts.SameSale(ctx, j.tx, int64(j.out.Member), int64(j.out.Place.Merchant.ID), j.out.Receipt,
		j.sub.Via, j.at.Add(-sameSale), j.at.Add(sameSale))
	if errors.Is(err, receipts.ErrNotFound) {
		return VerdictOK, "", nil
	}
	return VerdictReview, ReasonSame, err
}
