-- What staff have done at the till, for the lists of today and of what can be undone.
-- +goose Up
CREATE INDEX receipt_at_till ON receipts.receipt (merchant_id, created_at) WHERE door = 'cashier';
CREATE INDEX redemption_at_till ON program.redemption (merchant_id, decided_at) WHERE state = 'confirmed';

-- One row an operation that somebody at a till began: a sale typed in, or points that the
-- buyer agreed to spend.
CREATE VIEW program.till_op AS
SELECT o.id AS op_id, o.kind, o.actor, r.merchant_id, r.member_id,
	r.total_minor, r.currency, o.points, r.created_at AS at, u.id IS NOT NULL AS undone
FROM receipts.receipt r
JOIN ledger.op o ON o.id = r.op_id
LEFT JOIN ledger.op u ON u.refs_op = o.id
WHERE r.door = 'cashier'
UNION ALL
SELECT o.id, o.kind, 'member:' || d.cashier_id, d.merchant_id, d.member_id,
	0, '', o.points, d.decided_at, u.id IS NOT NULL
FROM program.redemption d
JOIN ledger.op o ON o.id = d.op_id
LEFT JOIN ledger.op u ON u.refs_op = o.id
WHERE d.state = 'confirmed';
