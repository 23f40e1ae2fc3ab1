-- The HTTP door's own tables: answers kept for repeated requests, and where and how
-- signed events went out. Who may call the door is members' (members.api_key).
-- +goose Up

-- A row with no answer is a request that was begun: it is simply done again, because
-- the receipt and the ledger answer a repeat with what they did first. So there is no
-- "in progress" to get stuck in; the row only holds a key to its one request.
CREATE TABLE webhooks.idempotency (
    api_key      text NOT NULL CHECK (length(api_key) BETWEEN 1 AND 64),
    key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
    status       int CHECK (status BETWEEN 200 AND 499),
    answer       text,
    created_at   timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (api_key, key),
    CONSTRAINT idempotency_answer_whole CHECK ((status IS NULL) = (answer IS NULL))
);
CREATE INDEX idempotency_created ON webhooks.idempotency (created_at);

CREATE TABLE webhooks.endpoint (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id     bigint NOT NULL CHECK (merchant_id >= 0), -- 0: events of every merchant
    url             text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    secret          text NOT NULL,
    event_types     text[] NOT NULL CHECK (cardinality(event_types) > 0),
    state           text NOT NULL CHECK (state IN ('enabled', 'disabled')),
    disabled_reason text NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    disabled_at     timestamptz,
    CONSTRAINT endpoint_url_once UNIQUE (merchant_id, url),
    CONSTRAINT endpoint_disabled_when CHECK ((state = 'disabled') = (disabled_at IS NOT NULL))
);

-- The body is text, not jsonb: the signature is over its bytes, and every attempt
-- must send the same ones.
CREATE TABLE webhooks.delivery (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id bigint NOT NULL REFERENCES webhooks.endpoint (id),
    event_id    bigint NOT NULL,
    type        text NOT NULL,
    body        text NOT NULL,
    state       text NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'dropped')),
    attempts    int NOT NULL DEFAULT 0,
    last_status int NOT NULL DEFAULT 0, -- 0: no HTTP answer at all
    last_error  text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT delivery_event_once UNIQUE (endpoint_id, event_id),
    CONSTRAINT delivery_finished_when CHECK ((state = 'pending') = (finished_at IS NULL))
);
CREATE INDEX delivery_pending ON webhooks.delivery (created_at) WHERE state = 'pending';
CREATE INDEX delivery_finished ON webhooks.delivery (finished_at) WHERE finished_at IS NOT NULL;
