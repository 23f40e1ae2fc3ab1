-- Receipts: every submission by any door, and who has each receipt for ever.
-- +goose Up
CREATE TABLE receipts.receipt (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	member_id     bigint NOT NULL,
	door          text NOT NULL CHECK (door <> ''),
	ref           text NOT NULL CHECK (ref <> ''), -- the door's own name of the submission
	via           text NOT NULL CHECK (via IN ('text', 'qr', 'ocr', 'till')),
	file_id       text NOT NULL DEFAULT '',        -- the door's reference of the picture
	created_at    timestamptz NOT NULL,

	key           text NOT NULL, -- '' of a picture that no receipt could be read from
	country       text NOT NULL,
	format        text NOT NULL,
	text          text NOT NULL,
	total_minor   bigint CHECK (total_minor >= 0), -- null: not known
	currency      text NOT NULL,
	local_time    text NOT NULL,                   -- the till's wall clock, without a zone; '' unknown
	device        text NOT NULL,
	document      text NOT NULL,
	sign          text NOT NULL,
	operation     text NOT NULL CHECK (operation IN ('', 'sale', 'refund', 'purchase', 'purchase_refund')),
	seller_tax_id text NOT NULL,
	warnings      jsonb NOT NULL,
	checks        jsonb NOT NULL,

	state         text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'review', 'accepted', 'refused')),
	verdict       text NOT NULL DEFAULT '',
	merchant_id   bigint,
	store_id      bigint,
	points        bigint NOT NULL DEFAULT 0,
	breakdown     jsonb,
	op_id         bigint,
	reviewed_by   bigint,
	reviewed_at   timestamptz,
	reason        text NOT NULL DEFAULT '',
	decided_at    timestamptz,

	CONSTRAINT receipt_door_ref UNIQUE (door, ref),
	CONSTRAINT receipt_read CHECK ((key = '') = (format = '')),
	CONSTRAINT receipt_unread_earns_nothing CHECK (key <> '' OR (points = 0 AND op_id IS NULL)),
	CONSTRAINT receipt_decided CHECK (state = 'pending' OR decided_at IS NOT NULL),
	CONSTRAINT receipt_reviewed CHECK ((reviewed_by IS NULL) = (reviewed_at IS NULL))
);
CREATE INDEX receipt_member ON receipts.receipt (member_id, id);
CREATE INDEX receipt_member_accepted ON receipts.receipt (member_id, created_at) WHERE state = 'accepted';
CREATE INDEX receipt_review ON receipts.receipt (id) WHERE state = 'review';
CREATE INDEX receipt_waiting ON receipts.receipt (verdict, id) WHERE state = 'pending';
CREATE INDEX receipt_op ON receipts.receipt (op_id) WHERE op_id IS NOT NULL;
CREATE INDEX receipt_key ON receipts.receipt (key);

-- One receipt counts once, over all members and doors and for ever. A claim is never
-- changed and never given back.
CREATE TABLE receipts.claim (
	key         text PRIMARY KEY CHECK (key <> ''),
	receipt_id  bigint NOT NULL CONSTRAINT claim_receipt REFERENCES receipts.receipt (id),
	member_id   bigint NOT NULL,
	sign        text NOT NULL,
	total_minor bigint,
	at          timestamptz NOT NULL
);
CREATE INDEX claim_receipt_id ON receipts.claim (receipt_id);

-- +goose StatementBegin
CREATE FUNCTION receipts.keep_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'a claim on a receipt is for ever' USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_for_ever';
END $$;
-- +goose StatementEnd
CREATE TRIGGER claim_for_ever BEFORE UPDATE OR DELETE ON receipts.claim
	FOR EACH ROW EXECUTE FUNCTION receipts.keep_claim();
