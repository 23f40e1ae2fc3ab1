-- Who people are: a member, the ways to recognise one, what was agreed to, what staff
-- may do, and the secrets that open a door once (invitations, claims) or for long (keys).
-- +goose Up
CREATE TABLE members.member (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('pending', 'active', 'stopped', 'closed', 'blocked')),
    name text NOT NULL CHECK (char_length(name) <= 128),
    lang text NOT NULL CHECK (char_length(lang) <= 16),
    country text NOT NULL CHECK (country ~ '^([A-Z]{2})?$'),
    source text NOT NULL CHECK (char_length(source) <= 64),
    joined_at timestamptz NOT NULL,
    -- since when the chat refuses our messages; null: it takes them
    unreachable_since timestamptz,
    merged_into bigint REFERENCES members.member CHECK (merged_into <> id),
    CONSTRAINT member_merged_is_closed CHECK (merged_into IS NULL OR state = 'closed')
);

-- One person, one profile: a live identity belongs to one member. Rows are never
-- deleted: a number that changes hands is retired and may be taken by its new owner.
CREATE TABLE members.identity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES members.member,
    kind text NOT NULL CHECK (kind IN ('telegram', 'phone', 'card', 'external')),
    value text NOT NULL CHECK (char_length(value) BETWEEN 1 AND 128),
    main boolean NOT NULL DEFAULT false, -- the one that is shown and written to
    added_at timestamptz NOT NULL,
    removed_at timestamptz
);
CREATE UNIQUE INDEX identity_taken ON members.identity (kind, value) WHERE removed_at IS NULL;
CREATE UNIQUE INDEX identity_main ON members.identity (member_id, kind) WHERE main AND removed_at IS NULL;
CREATE INDEX identity_member ON members.identity (member_id);

CREATE TABLE members.consent (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES members.member,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,32}$'),
    version text NOT NULL CHECK (char_length(version) BETWEEN 1 AND 32),
    given boolean NOT NULL,
    lang text NOT NULL CHECK (char_length(lang) <= 16),
    evidence text NOT NULL CHECK (char_length(evidence) BETWEEN 1 AND 512),
    at timestamptz NOT NULL
);
CREATE INDEX consent_newest ON members.consent (member_id, kind, id DESC);

-- +goose StatementBegin
CREATE FUNCTION members.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON members.consent
    FOR EACH STATEMENT EXECUTE FUNCTION members.refuse_change();

-- merchant_id 0 is every merchant, store_id 0 is every store of the merchant.
CREATE TABLE members.role_grant (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    member_id bigint NOT NULL REFERENCES members.member,
    role text NOT NULL,
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL,
    granted_by bigint REFERENCES members.member, -- null: the operator's own command
    granted_at timestamptz NOT NULL,
    revoked_by bigint REFERENCES members.member,
    revoked_at timestamptz,
    CONSTRAINT grant_scope CHECK (
        role = 'admin' AND merchant_id = 0 AND store_id = 0
        OR role IN ('cashier', 'manager') AND merchant_id > 0 AND store_id >= 0)
);
CREATE UNIQUE INDEX grant_once ON members.role_grant (member_id, role, merchant_id, store_id) WHERE revoked_at IS NULL;
CREATE INDEX grant_merchant ON members.role_grant (merchant_id) WHERE revoked_at IS NULL;

-- Only the SHA-256 of a token is kept: a leaked backup opens nothing.
CREATE TABLE members.invitation (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    role text NOT NULL,
    merchant_id bigint NOT NULL,
    store_id bigint NOT NULL,
    invited_by bigint REFERENCES members.member,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_by bigint REFERENCES members.member,
    used_at timestamptz,
    CONSTRAINT invitation_scope CHECK (
        role = 'admin' AND merchant_id = 0 AND store_id = 0
        OR role IN ('cashier', 'manager') AND merchant_id > 0 AND store_id >= 0)
);
CREATE INDEX invitation_open ON members.invitation (invited_by) WHERE used_at IS NULL;

-- A cashier's link by which a buyer joins, and takes over a pending profile if one waits.
CREATE TABLE members.claim (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    pending_id bigint REFERENCES members.member, -- null: nobody waits, the link only tells who brought the buyer
    by_member bigint REFERENCES members.member,
    by_role text NOT NULL,
    by_merchant bigint NOT NULL,
    by_store bigint NOT NULL,
    by_key text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE members.api_key (
    id text PRIMARY KEY CHECK (id ~ '^[a-z0-9]{8,32}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    merchant_id bigint NOT NULL CHECK (merchant_id >= 0),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);

-- Whom a message can reach now. Broadcasts choose by state and promo consent.
CREATE VIEW members.reachable AS
SELECT m.id AS member_id, i.value::bigint AS telegram, m.lang, m.state,
    coalesce((SELECT c.given FROM members.consent c
        WHERE c.member_id = m.id AND c.kind = 'promo' ORDER BY c.id DESC LIMIT 1), false) AS promo
FROM members.member m
JOIN members.identity i ON i.member_id = m.id AND i.kind = 'telegram' AND i.main AND i.removed_at IS NULL
WHERE m.state <> 'closed' AND m.unreachable_since IS NULL;
