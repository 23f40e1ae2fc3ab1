package ledger_test

import (
	"cmp"
	"slices"

	"kopilka/ledger"
)

// model is the ledger of one account as a child would write it: no laws, no locks, all in
// memory. Time is in whole days; never is a day that does not come.
type model struct {
	seq  int64
	debt ledger.Points
	lots []*modelLot
	ops  map[string]*modelOp
}

const never = 1 << 30

type modelLot struct {
	id                              int64
	pending, active, spent, expired ledger.Points
	amount, reversed                ledger.Points
	availableOn, expiresOn          int
}

// modelOp remembers what an operation did, for its replay and its reversal.
type modelOp struct {
	kind     ledger.Kind
	lot      *modelLot
	parts    []modelPart
	result   ledger.Result // without Op
	reversed bool
}

type modelPart struct {
	lot    *modelLot
	points ledger.Points
}

func (m *model) balance() ledger.Balance {
	b := ledger.Balance{Debt: m.debt}
	for _, l := range m.lots {
		b.Available += l.active
		b.Pending += l.pending
	}
	return b
}

// nextMoment is the first day up to today on which a lot matures or expires.
func (m *model) nextMoment(today int) (int, bool) {
	next := never
	for _, l := range m.lots {
		if l.pending > 0 {
			next = min(next, l.availableOn)
		}
		if l.active > 0 {
			next = min(next, l.expiresOn)
		}
	}
	return next, next <= today
}

func (m *model) catchUp(today int) {
	for {
		moment, due := m.nextMoment(today)
		if !due {
			return
		}
		if m.mature(moment) {
			m.seq++
		}
		if m.expire(moment) {
			m.seq++
		}
	}
}

func (m *model) mature(moment int) (any bool) {
	for _, l := range m.inOrder(func(l *modelLot) int { return l.availableOn }) {
		if l.pending == 0 || l.availableOn > moment {
			continue
		}
		repaid := min(l.pending, m.debt)
		m.debt -= repaid
		l.spent += repaid
		l.active += l.pending - repaid
		l.pending = 0
		any = true
	}
	return any
}

func (m *model) expire(moment int) (any bool) {
	for _, l := range m.lots {
		if l.active > 0 && l.expiresOn <= moment {
			l.expired += l.active
			l.active = 0
			any = true
		}
	}
	return any
}

func (m *model) inOrder(by func(*modelLot) int) []*modelLot {
	return slices.SortedStableFunc(slices.Values(m.lots), func(a, b *modelLot) int { return cmp.Compare(by(a), by(b)) })
}

func (m *model) byExpiry() []*modelLot {
	return m.inOrder(func(l *modelLot) int { return l.expiresOn })
}

func (m *model) accrue(key string, points ledger.Points, today, availableOn, expiresOn int) ledger.Result {
	m.catchUp(today)
	if op := m.ops[key]; op != nil {
		return op.replay()
	}
	l := &modelLot{id: m.seq + 1, amount: points, availableOn: availableOn, expiresOn: expiresOn}
	repaid := min(points, m.debt)
	m.debt -= repaid
	l.spent = repaid
	if availableOn > today {
		l.pending = points - repaid
	} else {
		l.active = points - repaid
	}
	m.lots = append(m.lots, l)
	return m.done(key, &modelOp{kind: ledger.KindAccrual, lot: l}, points)
}

// redeem answers false when there are too few points.
func (m *model) redeem(key string, points ledger.Points, today int) (ledger.Result, bool) {
	m.catchUp(today)
	if op := m.ops[key]; op != nil {
		return op.replay(), true
	}
	if m.balance().Available < points {
		return ledger.Result{}, false
	}
	op := &modelOp{kind: ledger.KindRedemption}
	for _, l := range m.byExpiry() {
		part := min(points, l.active)
		if part == 0 {
			continue
		}
		l.active -= part
		l.spent += part
		points -= part
		op.parts = append(op.parts, modelPart{l, part})
	}
	var sum ledger.Points
	for _, p := range op.parts {
		sum += p.points
	}
	return m.done(key, op, -sum), true
}

// reverse answers false when of cannot be reversed.
func (m *model) reverse(key, of string, today int) (ledger.Result, bool) {
	m.catchUp(today)
	if op := m.ops[key]; op != nil {
		return op.replay(), true
	}
	op := m.ops[of]
	if op.reversed || op.kind == ledger.KindReversal {
		return ledger.Result{}, false
	}
	op.reversed = true
	points := m.takeBack(op)
	if op.kind == ledger.KindRedemption {
		points = m.giveBack(op, today)
	}
	return m.done(key, &modelOp{kind: ledger.KindReversal}, points), true
}

func (m *model) takeBack(op *modelOp) ledger.Points {
	l := op.lot
	if l == nil {
		return 0
	}
	// What went to pay for another return counts as spent.
	taken, left := l.pending+l.active, l.spent+l.reversed
	l.reversed += l.pending + l.active + l.expired
	l.pending, l.active, l.expired = 0, 0, 0
	for _, other := range m.byExpiry() {
		part := min(left, other.active)
		other.active -= part
		other.reversed += part
		left -= part
		taken += part
	}
	m.debt += left
	return -taken - left
}

func (m *model) giveBack(op *modelOp, today int) ledger.Points {
	var points ledger.Points
	slices.SortFunc(op.parts, func(a, b modelPart) int {
		return cmp.Or(cmp.Compare(a.lot.expiresOn, b.lot.expiresOn), cmp.Compare(a.lot.id, b.lot.id))
	})
	for _, p := range op.parts {
		points += p.points
		repaid := min(p.points, m.debt)
		m.debt -= repaid
		back := p.points - repaid
		if back > 0 && p.lot.expiresOn <= today {
			p.lot.expiresOn = today + int(ledger.Grace.Hours()/24)
		}
		p.lot.spent -= back
		p.lot.active += back
	}
	return points
}

func (m *model) done(key string, op *modelOp, points ledger.Points) ledger.Result {
	m.seq++
	op.result = ledger.Result{Seq: m.seq, Points: points, Balance: m.balance()}
	m.ops[key] = op
	return op.result
}

func (op *modelOp) replay() ledger.Result {
	r := op.result
	r.Replay = true
	return r
}
