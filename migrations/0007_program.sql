-- The programme: its numbers, who stands where in it, what it has told, what was asked
-- of it. Points themselves are the ledger's.
-- +goose Up

-- Versions of the programme's numbers; a purchase is judged by those valid at its time.
CREATE TABLE program.settings (
	version    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	body       jsonb NOT NULL,
	author     text NOT NULL,
	valid_from timestamptz NOT NULL
);
CREATE INDEX settings_valid ON program.settings (valid_from);

-- A member's place in the programme. Its row is the member's mutex: whoever judges a
-- receipt locks it, so a day's caps hold when two receipts come at once.
CREATE TABLE program.wallet (
	member_id  bigint PRIMARY KEY,
	account_id bigint NOT NULL UNIQUE,
	tier       text NOT NULL,
	tier_since timestamptz NOT NULL
);

-- What was bought on a day, in minor units of the programme's currency; returns subtract.
CREATE TABLE program.spend_day (
	member_id bigint NOT NULL REFERENCES program.wallet,
	day       date NOT NULL,
	amount    bigint NOT NULL,
	PRIMARY KEY (member_id, day)
);

-- What happened, written with what happened: whoever tells people reads it afterwards,
-- so a crash between the two loses nothing.
CREATE TABLE program.event (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	type       text NOT NULL,
	member_id  bigint NOT NULL,
	data       jsonb NOT NULL,
	at         timestamptz NOT NULL,
	handled_at timestamptz
);
CREATE INDEX event_waiting ON program.event (id) WHERE handled_at IS NULL;

-- A cashier's wish to take a buyer's points, which the buyer confirms.
CREATE TABLE program.redemption (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ref         text NOT NULL UNIQUE,
	member_id   bigint NOT NULL,
	merchant_id bigint NOT NULL,
	store_id    bigint NOT NULL,
	cashier_id  bigint NOT NULL,
	points      bigint NOT NULL CHECK (points > 0),
	state       text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'confirmed', 'declined', 'expired')),
	created_at  timestamptz NOT NULL,
	expires_at  timestamptz NOT NULL,
	decided_at  timestamptz,
	op_id       bigint UNIQUE,
	CHECK ((state = 'confirmed') = (op_id IS NOT NULL)),
	CHECK ((state = 'requested') = (decided_at IS NULL))
);
CREATE INDEX redemption_open ON program.redemption (expires_at) WHERE state = 'requested';

-- Who did what to the programme and to others' receipts; never changed.
CREATE TABLE program.audit (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	actor   text NOT NULL,
	action  text NOT NULL,
	subject text NOT NULL,
	data    jsonb,
	at      timestamptz NOT NULL
);
CREATE INDEX audit_subject ON program.audit (subject, id);
-- +goose StatementBegin
CREATE FUNCTION program.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows of % are never changed', tg_table_name USING errcode = 'integrity_constraint_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON program.audit FOR EACH ROW EXECUTE FUNCTION program.refuse_change();
CREATE TRIGGER settings_append_only BEFORE UPDATE OR DELETE ON program.settings FOR EACH ROW EXECUTE FUNCTION program.refuse_change();
