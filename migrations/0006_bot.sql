-- What the Telegram door has to remember: updates in hand, where a dialogue stands,
-- which menus were set, for how long to be silent.
-- +goose Up

-- An update is stored before Telegram is told that it arrived, and handled after.
CREATE TABLE bot.inbox (
	bot_id      bigint      NOT NULL,
	update_id   bigint      NOT NULL,
	person      bigint      NOT NULL, -- the sender, else the chat: updates of one person keep their order
	kind        text        NOT NULL, -- message, callback_query …: the field that the update came in
	album       text        NOT NULL DEFAULT '', -- media_group_id
	body        bytea       NOT NULL, -- as it arrived: jsonb refuses \u0000
	state       text        NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'dead', 'skipped')),
	attempts    integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
	not_before  timestamptz NOT NULL,
	error       text        NOT NULL DEFAULT '',
	received_at timestamptz NOT NULL,
	handled_at  timestamptz,
	CONSTRAINT inbox_key PRIMARY KEY (bot_id, update_id),
	CONSTRAINT inbox_handled CHECK ((state = 'new') = (handled_at IS NULL))
);
CREATE INDEX inbox_open ON bot.inbox (bot_id, person, update_id) WHERE state = 'new';
CREATE INDEX inbox_closed ON bot.inbox (bot_id, handled_at) WHERE state <> 'new';

-- One replica polls and dispatches at a time, so that a person's order is kept.
CREATE TABLE bot.lease (
	bot_id bigint      NOT NULL PRIMARY KEY,
	holder text        NOT NULL,
	until  timestamptz NOT NULL
);

-- The language that somebody chose in the chat before they were a member.
CREATE TABLE bot.person (
	bot_id bigint NOT NULL,
	person bigint NOT NULL,
	lang   text   NOT NULL CHECK (lang <> ''),
	CONSTRAINT person_key PRIMARY KEY (bot_id, person)
);

-- A dialogue of several steps: one open a person.
CREATE SEQUENCE bot.flow_version;
CREATE TABLE bot.flow (
	bot_id     bigint      NOT NULL,
	person     bigint      NOT NULL,
	flow       text        NOT NULL CHECK (flow <> ''),
	step       text        NOT NULL,
	data       jsonb       NOT NULL,
	version    bigint      NOT NULL DEFAULT nextval('bot.flow_version'), -- never repeats, so an old button is known
	expires_at timestamptz NOT NULL,
	CONSTRAINT flow_key PRIMARY KEY (bot_id, person)
);

-- Telegram asked a lane to be silent for long; a restart does not forget it.
CREATE TABLE bot.pause (
	bot_id bigint      NOT NULL,
	lane   text        NOT NULL CHECK (lane IN ('reply', 'bulk')),
	until  timestamptz NOT NULL,
	CONSTRAINT pause_key PRIMARY KEY (bot_id, lane)
);

-- The commands menu last set for a scope, so that it is set only when it changes.
CREATE TABLE bot.menu (
	bot_id bigint NOT NULL,
	scope  text   NOT NULL,
	hash   text   NOT NULL,
	CONSTRAINT menu_key PRIMARY KEY (bot_id, scope)
);

-- Pictures that Telegram has already: sent again by their ids there.
CREATE TABLE bot.picture (
	bot_id  bigint NOT NULL,
	key     text   NOT NULL, -- of what is drawn
	file_id text   NOT NULL,
	CONSTRAINT picture_key PRIMARY KEY (bot_id, key)
);
