-- Telling people: one row a message, and broadcasts.
-- +goose Up
CREATE TABLE notify.broadcast (
	id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	author_id        bigint NOT NULL,
	message          jsonb NOT NULL,
	tier             text NOT NULL DEFAULT '', -- '' is everybody
	state            text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'running', 'stopped', 'done')),
	total            bigint NOT NULL DEFAULT 0,
	-- Where its progress is shown, and as which message there.
	progress_channel text NOT NULL DEFAULT '',
	progress_address text NOT NULL DEFAULT '',
	progress_message text NOT NULL DEFAULT '',
	progress_shown   text NOT NULL DEFAULT '',
	created_at       timestamptz NOT NULL,
	started_at       timestamptz,
	finished_at      timestamptz,
	CHECK ((state = 'draft') = (started_at IS NULL))
);
CREATE INDEX broadcast_running ON notify.broadcast (id) WHERE state = 'running';

CREATE TABLE notify.delivery (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	event_id     bigint,
	part         smallint NOT NULL DEFAULT 0, -- an event may tell several people, or one twice
	broadcast_id bigint REFERENCES notify.broadcast,
	member_id    bigint NOT NULL,
	channel      text NOT NULL,
	address      text NOT NULL,
	message      jsonb, -- NULL for a broadcast's: it stands there once
	state        text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'gone', 'failed', 'cancelled')),
	attempts     integer NOT NULL DEFAULT 0,
	not_before   timestamptz NOT NULL,
	lease_until  timestamptz,
	sent_at      timestamptz,
	reason       text NOT NULL DEFAULT '',
	created_at   timestamptz NOT NULL,
	CHECK (num_nonnulls(event_id, broadcast_id) = 1),
	CHECK ((message IS NULL) = (broadcast_id IS NOT NULL)),
	CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
	-- An event planned twice tells nobody twice; a broadcast reaches each once.
	UNIQUE (event_id, part),
	UNIQUE (broadcast_id, member_id)
) WITH (fillfactor = 80);
CREATE INDEX delivery_waiting ON notify.delivery ((broadcast_id IS NOT NULL), id) WHERE state = 'queued';
CREATE INDEX delivery_sending ON notify.delivery (member_id, id) WHERE state IN ('queued', 'sending') AND broadcast_id IS NULL;
CREATE INDEX delivery_leased ON notify.delivery (lease_until) WHERE state = 'sending';

-- Who a broadcast may reach: reachable people who agreed to news, with their tier.
CREATE VIEW notify.audience AS
SELECT r.member_id, r.telegram::text AS address, w.tier
FROM members.reachable r
JOIN program.wallet w ON w.member_id = r.member_id
WHERE r.state = 'active' AND r.promo;
