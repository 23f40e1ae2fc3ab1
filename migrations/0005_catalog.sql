-- Who sells where: merchants, their stores, the tills in them, and the fiscal devices by
-- which a receipt tells its till.
-- +goose Up
CREATE TABLE catalog.merchant (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    -- the name as search compares it; the program folds it, for a database in the C locale
    -- knows no Cyrillic capitals
    folded text NOT NULL,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    tax_id text NOT NULL CHECK (tax_id ~ '^[0-9A-Z]{4,20}$'),
    category text NOT NULL CHECK (char_length(category) <= 64),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT merchant_tax_id UNIQUE (country, tax_id)
);

CREATE TABLE catalog.store (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id bigint NOT NULL CONSTRAINT store_merchant REFERENCES catalog.merchant,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 128),
    address text NOT NULL CHECK (char_length(address) <= 256),
    place text NOT NULL CHECK (char_length(place) <= 64), -- where in the mall, as "2 этаж, у фонтана"
    zone text NOT NULL CHECK (zone <> ''), -- IANA name: a receipt prints wall-clock time
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX store_of_merchant ON catalog.store (merchant_id);

CREATE TABLE catalog.till (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    store_id bigint NOT NULL CONSTRAINT till_store REFERENCES catalog.store,
    name text NOT NULL CHECK (char_length(name) <= 64),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX till_of_store ON catalog.till (store_id);

-- A fiscal memory is replaced when it expires; the till goes on with the next, and receipts
-- printed by the retired one still tell their till.
CREATE TABLE catalog.device (
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    device text NOT NULL CHECK (device ~ '^[0-9A-Z]{1,40}$'),
    till_id bigint NOT NULL CONSTRAINT device_till REFERENCES catalog.till,
    registered_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (country, device)
);
CREATE UNIQUE INDEX device_in_use ON catalog.device (till_id) WHERE retired_at IS NULL;

-- Offers and news. Words are kept by language: {"ru": "…", "uk": "…", "en": "…"}.
CREATE TABLE catalog.offer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('offer', 'news')),
    merchant_id bigint CONSTRAINT offer_merchant REFERENCES catalog.merchant, -- null: the whole mall's
    title jsonb NOT NULL CHECK (jsonb_typeof(title) = 'object' AND title <> '{}'),
    body jsonb NOT NULL CHECK (jsonb_typeof(body) = 'object'),
    from_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL CHECK (until_at > from_at),
    withdrawn_at timestamptz
);
CREATE INDEX offer_live ON catalog.offer (until_at) WHERE withdrawn_at IS NULL;
