-- The points ledger. One operation is one row of ledger.op, which is also one entry of its
-- account: the state before it and the state after it. The database works the states out by
-- itself, from what the operation is and from the lots that it moved, and from them the
-- account, so none of these can say what no operation has said. Writing them directly is
-- refused, and so is changing history.
-- All points are hundredths. 'infinity' is a moment that never comes.
--
-- What is asked of every operation is asked where it costs least. PostgreSQL reads a CHECK,
-- a generated column and a trigger's WHEN anew for every statement; a domain, and what a
-- trigger function says, once a session.
-- +goose Up

CREATE DOMAIN ledger.points AS bigint CONSTRAINT points_are_not_below_zero CHECK (VALUE >= 0);
CREATE DOMAIN ledger.source AS text CONSTRAINT source_is_a_word CHECK (octet_length(VALUE) BETWEEN 1 AND 32);
CREATE DOMAIN ledger.key AS text CONSTRAINT key_is_short CHECK (octet_length(VALUE) BETWEEN 1 AND 300);
CREATE DOMAIN ledger.actor AS text CONSTRAINT actor_is_short CHECK (octet_length(VALUE) <= 100);
CREATE DOMAIN ledger.reason AS text CONSTRAINT reason_is_short CHECK (octet_length(VALUE) <= 500);
-- The buckets of a lot that points can leave, and those that they can enter.
CREATE DOMAIN ledger.way_out AS text CONSTRAINT bucket_has_a_way_out CHECK (VALUE IN ('pending', 'active', 'held', 'spent', 'expired'));
CREATE DOMAIN ledger.way_in AS text CONSTRAINT bucket_has_a_way_in CHECK (VALUE IN ('active', 'held', 'spent', 'expired', 'reversed', 'moved'));

CREATE TABLE ledger.account (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The state after its last entry, which is numbered seq.
    seq           bigint NOT NULL DEFAULT 0,
    last_seq      bigint GENERATED ALWAYS AS (nullif(seq, 0)) STORED,
    available     bigint NOT NULL DEFAULT 0,
    pending       bigint NOT NULL DEFAULT 0,
    held          bigint NOT NULL DEFAULT 0,
    debt          bigint NOT NULL DEFAULT 0,
    -- Not after the first moment at which a lot matures or expires; it may be before.
    next_event_at timestamptz NOT NULL DEFAULT 'infinity',
    opened_at     timestamptz NOT NULL
) WITH (fillfactor = 60); -- room for HOT updates: most operations touch no index of this table
CREATE INDEX account_due ON ledger.account (next_event_at) WHERE next_event_at < 'infinity';

CREATE TABLE ledger.op (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account          bigint NOT NULL,
    seq              bigint NOT NULL, -- of its account: 1, 2, 3 …
    prev_seq         bigint, -- seq - 1; the first has none
    points           bigint NOT NULL, -- change of available + pending + held - debt
    debt_change      bigint NOT NULL DEFAULT 0,
    available_before bigint NOT NULL,
    pending_before   bigint NOT NULL,
    held_before      bigint NOT NULL,
    debt_before      bigint NOT NULL,
    -- The state after it, which is the result that a replay answers.
    available        bigint NOT NULL,
    pending          bigint NOT NULL,
    held             bigint NOT NULL,
    debt             bigint NOT NULL,
    refs_op          bigint, -- what a reversal takes back
    at               timestamptz NOT NULL,
    available_at     timestamptz,
    expires_at       timestamptz,
    batched          boolean NOT NULL DEFAULT false, -- posted together with the rest of its statement
    kind             text NOT NULL,
    origin           text,
    source           ledger.source NOT NULL,
    key              ledger.key NOT NULL,
    req_hash         bytea NOT NULL,
    actor            ledger.actor NOT NULL,
    reason           ledger.reason NOT NULL,
    CONSTRAINT op_key UNIQUE (source, key),
    CONSTRAINT entry_number UNIQUE (account, seq),
    CONSTRAINT entry_state UNIQUE (account, seq, available, pending, held, debt),
    -- The chain: an entry starts where its predecessor ended.
    CONSTRAINT entry_continues FOREIGN KEY (account, prev_seq, available_before, pending_before, held_before, debt_before)
        REFERENCES ledger.op (account, seq, available, pending, held, debt)
);
CREATE UNIQUE INDEX op_reversed_once ON ledger.op (refs_op) WHERE refs_op IS NOT NULL;

-- A balance that no entry explains cannot stand.
ALTER TABLE ledger.account ADD CONSTRAINT account_is_its_last_entry
    FOREIGN KEY (id, last_seq, available, pending, held, debt)
    REFERENCES ledger.op (account, seq, available, pending, held, debt);

CREATE TABLE ledger.lot (
    account      bigint NOT NULL,
    id           bigint NOT NULL, -- seq of the operation that made it
    amount       ledger.points NOT NULL,
    -- Where its points are now.
    pending      ledger.points NOT NULL DEFAULT 0,
    active       ledger.points NOT NULL DEFAULT 0,
    held         ledger.points NOT NULL DEFAULT 0,
    spent        ledger.points NOT NULL DEFAULT 0,
    expired      ledger.points NOT NULL DEFAULT 0,
    reversed     ledger.points NOT NULL DEFAULT 0,
    moved        ledger.points NOT NULL DEFAULT 0,
    available_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    -- For the index: it changes with the last point, not with each, so burning is HOT.
    spendable    boolean NOT NULL GENERATED ALWAYS AS (active > 0) STORED,
    origin       text NOT NULL,
    PRIMARY KEY (account, id),
    CONSTRAINT lot_loses_nothing CHECK (amount = pending + active + held + spent + expired + reversed + moved)
) WITH (fillfactor = 80);
CREATE INDEX lot_to_spend ON ledger.lot (account, expires_at, id) WHERE spendable;
CREATE INDEX lot_to_mature ON ledger.lot (account, available_at, id) WHERE pending > 0;

-- Which lots an operation touched. The moves are written first, under the number of the
-- operation to come; without that operation they cannot be committed.
CREATE TABLE ledger.lot_move (
    account     bigint NOT NULL,
    seq         bigint NOT NULL,
    lot         bigint NOT NULL,
    points      ledger.points NOT NULL,
    grace_until timestamptz, -- the lot's new end, when points come back to it too late
    from_bucket ledger.way_out NOT NULL,
    to_bucket   ledger.way_in NOT NULL,
    PRIMARY KEY (account, seq, lot, from_bucket, to_bucket)
);

-- +goose StatementBegin
CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger.% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'KL001', HINT = TG_ARGV[0];
END $$;
-- +goose StatementEnd

-- History is append-only.
CREATE TRIGGER op_is_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.op
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('post a reversal');
CREATE TRIGGER lot_move_is_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.lot_move
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('post a reversal');
CREATE TRIGGER lot_is_for_ever BEFORE DELETE OR TRUNCATE ON ledger.lot
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('post a reversal');
CREATE TRIGGER account_is_for_ever BEFORE DELETE OR TRUNCATE ON ledger.account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('an account stays');

-- What follows from operations is written by the triggers below alone.
-- +goose StatementBegin
CREATE FUNCTION ledger.follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'ledger.% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'KL001', HINT = 'insert into ledger.op';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER lot_follows_from_op BEFORE INSERT OR UPDATE ON ledger.lot
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.follows();
CREATE TRIGGER account_follows_from_op BEFORE UPDATE OF id, seq, available, pending, held, debt, opened_at ON ledger.account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.follows();

-- An account begins with nothing, and never goes back to an older entry.
-- +goose StatementBegin
CREATE FUNCTION ledger.opens_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.available | NEW.pending | NEW.held | NEW.debt) <> 0 THEN
        RAISE EXCEPTION 'account % does not open empty', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'account_opens_empty';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER account_opens_empty AFTER INSERT ON ledger.account
    FOR EACH ROW WHEN (NEW.seq = 0) EXECUTE FUNCTION ledger.opens_empty();
CREATE TRIGGER account_goes_forward AFTER UPDATE OF seq, available, pending, held, debt ON ledger.account
    FOR EACH ROW WHEN (NEW.seq <= OLD.seq) EXECUTE FUNCTION ledger.refuse('insert into ledger.op');

-- move_lot carries a new move out. It belongs to the next operation of its account, so none
-- can be added to an operation that stands.
-- +goose StatementBegin
CREATE FUNCTION ledger.move_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.points = 0 OR NEW.from_bucket = NEW.to_bucket THEN
        RAISE EXCEPTION 'a move goes nowhere' USING ERRCODE = 'check_violation', CONSTRAINT = 'lot_move_goes_somewhere';
    END IF;
    PERFORM FROM ledger.account a WHERE a.id = NEW.account AND a.seq = NEW.seq - 1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a move of lots belongs to no next operation' USING ERRCODE = 'KL002';
    END IF;
    IF NEW.from_bucket = 'active' AND NEW.to_bucket = 'spent' THEN -- most are, and this is quicker
        UPDATE ledger.lot l SET active = l.active - NEW.points, spent = l.spent + NEW.points
        WHERE l.account = NEW.account AND l.id = NEW.lot;
    ELSE
        UPDATE ledger.lot l SET
            pending    = l.pending - CASE NEW.from_bucket WHEN 'pending' THEN NEW.points ELSE 0 END,
            active     = l.active - CASE 'active' WHEN NEW.from_bucket THEN NEW.points WHEN NEW.to_bucket THEN -NEW.points ELSE 0 END,
            held       = l.held - CASE 'held' WHEN NEW.from_bucket THEN NEW.points WHEN NEW.to_bucket THEN -NEW.points ELSE 0 END,
            spent      = l.spent - CASE 'spent' WHEN NEW.from_bucket THEN NEW.points WHEN NEW.to_bucket THEN -NEW.points ELSE 0 END,
            expired    = l.expired - CASE 'expired' WHEN NEW.from_bucket THEN NEW.points WHEN NEW.to_bucket THEN -NEW.points ELSE 0 END,
            reversed   = l.reversed + CASE NEW.to_bucket WHEN 'reversed' THEN NEW.points ELSE 0 END,
            moved      = l.moved + CASE NEW.to_bucket WHEN 'moved' THEN NEW.points ELSE 0 END,
            expires_at = coalesce(NEW.grace_until, l.expires_at)
        WHERE l.account = NEW.account AND l.id = NEW.lot;
    END IF;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a move names a lot that is not there' USING ERRCODE = 'KL002';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER lot_move_moves AFTER INSERT ON ledger.lot_move
    FOR EACH ROW EXECUTE FUNCTION ledger.move_lot();

-- A move needs its operation at the latest when it is committed. An accrual moves nothing,
-- unless it repays debt.
-- +goose StatementBegin
CREATE FUNCTION ledger.has_its_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger.op o WHERE o.account = NEW.account AND o.seq = NEW.seq
        AND (o.kind <> 'accrual' OR o.debt_change < 0)) THEN
        RAISE EXCEPTION 'a move of lots is of no operation' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'lot_move_has_its_entry';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER lot_move_has_its_entry AFTER INSERT ON ledger.lot_move DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger.has_its_entry();

-- What an accrual may say, and what the other kinds may.
CREATE FUNCTION ledger.accrual_is_sound(points bigint, debt_change bigint, refs_op bigint, origin text,
    at timestamptz, available_at timestamptz, expires_at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN points > 0 AND debt_change BETWEEN -points AND 0 AND refs_op IS NULL
    AND origin IN ('purchase', 'welcome', 'promo', 'adjustment')
    AND available_at IS NOT NULL AND expires_at > available_at AND expires_at > at;

CREATE FUNCTION ledger.op_is_sound(kind text, points bigint, debt_change bigint, refs_op bigint, origin text)
RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN origin IS NULL AND (refs_op IS NOT NULL) = (kind = 'reversal') AND CASE kind
    WHEN 'redemption' THEN points < 0 AND debt_change = 0
    WHEN 'reversal' THEN sign(points) * sign(debt_change) <= 0
    WHEN 'expiry' THEN points < 0 AND debt_change = 0
    WHEN 'maturity' THEN points = 0 AND debt_change <= 0
    WHEN 'merger' THEN points < 0 AND debt_change = 0
    ELSE false END;

-- continue_account works out where a new operation leaves its account. What an accrual
-- changes is said by itself; what others change is what their moves did to the lots, never
-- what they claim. Without a number an accrual becomes the next of its account, after time
-- has done its work on that. One query says nearly all, because each expression of a
-- trigger has its price.
-- +goose StatementBegin
CREATE FUNCTION ledger.continue_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next  bigint := NEW.seq;
    sound boolean; -- it says what its kind may
    moved bigint;
BEGIN
    IF NEW.batched THEN -- ledger.post looks at the states that these claim
        NEW.prev_seq := nullif(NEW.seq, 1) - 1;
        IF NEW.prev_seq IS NULL AND (NEW.available_before | NEW.pending_before | NEW.held_before | NEW.debt_before) <> 0 THEN
            RAISE EXCEPTION 'account % does not start empty', NEW.account
                USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_first_starts_empty';
        END IF;
        RETURN NEW;
    END IF;
    LOOP
        IF NEW.kind = 'accrual' THEN
            SELECT a.seq + 1, nullif(a.seq, 0), d.debt_change, a.available, a.pending, a.held, a.debt,
                    a.available + CASE WHEN NEW.available_at > NEW.at THEN 0 ELSE NEW.points + d.debt_change END,
                    a.pending + CASE WHEN NEW.available_at > NEW.at THEN NEW.points + d.debt_change ELSE 0 END,
                    a.held, a.debt + d.debt_change, NEW.points,
                    ledger.accrual_is_sound(NEW.points, d.debt_change, NEW.refs_op, NEW.origin, NEW.at, NEW.available_at, NEW.expires_at)
                INTO NEW.seq, NEW.prev_seq, NEW.debt_change, NEW.available_before, NEW.pending_before, NEW.held_before, NEW.debt_before,
                    NEW.available, NEW.pending, NEW.held, NEW.debt, moved, sound
                FROM ledger.account a, LATERAL (SELECT coalesce(NEW.debt_change, -least(a.debt, NEW.points)) AS debt_change) d
                WHERE a.id = NEW.account AND (a.seq = next - 1 OR next IS NULL AND a.next_event_at > NEW.at)
                FOR NO KEY UPDATE OF a;
        ELSE
            SELECT a.seq + 1, nullif(a.seq, 0), NEW.debt_change, a.available, a.pending, a.held, a.debt,
                    a.available + m.available, a.pending + m.pending, a.held + m.held, a.debt + NEW.debt_change,
                    m.available + m.pending + m.held - NEW.debt_change,
                    ledger.op_is_sound(NEW.kind, NEW.points, NEW.debt_change, NEW.refs_op, NEW.origin)
                INTO NEW.seq, NEW.prev_seq, NEW.debt_change, NEW.available_before, NEW.pending_before, NEW.held_before, NEW.debt_before,
                    NEW.available, NEW.pending, NEW.held, NEW.debt, moved, sound
                FROM ledger.account a, (
                    SELECT coalesce(sum(CASE 'active' WHEN to_bucket THEN points WHEN from_bucket THEN -points END), 0)::bigint AS available,
                        coalesce(sum(CASE 'pending' WHEN to_bucket THEN points WHEN from_bucket THEN -points END), 0)::bigint AS pending,
                        coalesce(sum(CASE 'held' WHEN to_bucket THEN points WHEN from_bucket THEN -points END), 0)::bigint AS held
                    FROM ledger.lot_move WHERE account = NEW.account AND seq = next
                ) m
                WHERE a.id = NEW.account AND a.seq = next - 1
                FOR NO KEY UPDATE OF a;
        END IF;
        EXIT WHEN FOUND;
        IF next IS NOT NULL THEN
            RAISE EXCEPTION 'operation %/% is not the next of its account', NEW.source, NEW.key USING ERRCODE = '40001';
        END IF;
        PERFORM FROM ledger.touch(NEW.account, NEW.at) a WHERE a.id IS NOT NULL;
        IF NOT FOUND THEN
            RETURN NULL; -- there is no such account
        END IF;
    END LOOP;
    IF sound AND moved = NEW.points AND (NEW.available | NEW.pending | NEW.held | NEW.debt) >= 0
            AND (NEW.debt = 0 OR NEW.available = 0) AND NEW.refs_op IS NULL THEN
        RETURN NEW;
    END IF;
    IF sound IS NOT TRUE THEN
        RAISE EXCEPTION 'operation %/% says what its kind may not', NEW.source, NEW.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'op_is_sound';
    ELSIF moved <> NEW.points THEN
        RAISE EXCEPTION 'operation %/% claims % points and its lots say %', NEW.source, NEW.key, NEW.points, moved USING ERRCODE = 'KL003';
    ELSIF (NEW.available | NEW.pending | NEW.held | NEW.debt) < 0 THEN
        RAISE EXCEPTION 'operation %/% takes more than there is', NEW.source, NEW.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'points_are_not_below_zero';
    ELSIF NEW.debt > 0 AND NEW.available > 0 THEN
        RAISE EXCEPTION 'operation %/% leaves debt beside points', NEW.source, NEW.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_debt_is_repaid_first';
    ELSIF NOT EXISTS (SELECT FROM ledger.op r WHERE r.id = NEW.refs_op AND r.account = NEW.account AND r.kind IN ('accrual', 'redemption')) THEN
        RAISE EXCEPTION 'operation %/% reverses what is not there', NEW.source, NEW.key
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'op_refs_op';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER op_continues BEFORE INSERT ON ledger.op
    FOR EACH ROW EXECUTE FUNCTION ledger.continue_account();

-- post writes what follows from a new operation, in the statement that inserts it: the
-- account's state, and an accrual's lot. Batched accruals are posted all at once by the
-- first of them.
-- +goose StatementBegin
CREATE FUNCTION ledger.post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    due   timestamptz;
    wrong bigint;
    moved bigint;
BEGIN
    IF NEW.kind = 'accrual' AND NOT NEW.batched THEN
        INSERT INTO ledger.lot (account, id, origin, amount, pending, active, available_at, expires_at)
        VALUES (NEW.account, NEW.seq, NEW.origin, NEW.points, CASE WHEN NEW.available_at > NEW.at THEN NEW.points ELSE 0 END,
            CASE WHEN NEW.available_at > NEW.at THEN 0 ELSE NEW.points END, NEW.available_at, NEW.expires_at);
        IF NEW.debt_change < 0 THEN
            INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
            VALUES (NEW.account, NEW.seq, NEW.seq, CASE WHEN NEW.available_at > NEW.at THEN 'pending' ELSE 'active' END, 'spent', -NEW.debt_change);
            SELECT count(*) INTO moved FROM ledger.lot_move m WHERE m.account = NEW.account AND m.seq = NEW.seq;
            IF moved <> 1 THEN
                RAISE EXCEPTION 'accrual %/% moves other lots', NEW.source, NEW.key USING ERRCODE = 'KL003';
            END IF;
        END IF;
        UPDATE ledger.account a SET seq = NEW.seq, available = NEW.available, pending = NEW.pending, held = NEW.held, debt = NEW.debt,
            next_event_at = least(a.next_event_at, CASE WHEN NEW.available_at > NEW.at THEN NEW.available_at ELSE NEW.expires_at END)
        WHERE a.id = NEW.account AND a.seq = NEW.seq - 1;
        IF FOUND THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'operation %/% is not the next of its account', NEW.source, NEW.key USING ERRCODE = '40001';
    END IF;
    IF NEW.batched THEN
        IF EXISTS (SELECT FROM ledger.account a WHERE a.id = NEW.account AND a.seq >= NEW.seq) THEN
            RETURN NULL;
        END IF;
        -- That each begins where the one before it ended is the chain's to see, and that
        -- the last one is the account's state is the account's.
        SELECT count(*) INTO wrong FROM new_op p
        WHERE (p.batched AND p.kind = 'accrual' AND p.debt_change = 0 AND (p.available | p.pending | p.held | p.debt) >= 0
            AND p.held = p.held_before AND p.debt = p.debt_before AND (p.debt = 0 OR p.available = 0)
            AND p.available - p.available_before = CASE WHEN p.available_at > p.at THEN 0 ELSE p.points END
            AND p.pending - p.pending_before = CASE WHEN p.available_at > p.at THEN p.points ELSE 0 END
            AND ledger.accrual_is_sound(p.points, p.debt_change, p.refs_op, p.origin, p.at, p.available_at, p.expires_at)) IS NOT TRUE;
        IF wrong > 0 THEN
            RAISE EXCEPTION 'a batch holds more than plain accruals' USING ERRCODE = 'check_violation', CONSTRAINT = 'op_is_sound';
        END IF;
        WITH t AS (
            SELECT p.account, min(p.seq) AS first, max(p.seq) AS last, count(*) AS n,
                sum(p.available - p.available_before)::bigint AS active, sum(p.pending - p.pending_before)::bigint AS late,
                min(least(p.available_at, p.expires_at)) FILTER (WHERE p.available_at > p.at) AS matures,
                min(p.expires_at) AS expires
            FROM new_op p GROUP BY p.account
        ), a AS (
            UPDATE ledger.account a SET
                seq           = t.last,
                available     = a.available + t.active,
                pending       = a.pending + t.late,
                next_event_at = least(a.next_event_at, t.matures, t.expires)
            FROM t
            WHERE a.id = t.account AND a.seq = t.first - 1 AND t.last - a.seq = t.n
            RETURNING t.n
        )
        SELECT sum(n) INTO moved FROM a;
        INSERT INTO ledger.lot (account, id, origin, amount, pending, active, available_at, expires_at)
        SELECT p.account, p.seq, p.origin, p.points, p.pending - p.pending_before, p.available - p.available_before, p.available_at, p.expires_at
        FROM new_op p;
        GET DIAGNOSTICS wrong = ROW_COUNT;
        IF moved IS DISTINCT FROM wrong THEN
            RAISE EXCEPTION 'a batch does not continue its accounts' USING ERRCODE = '40001';
        END IF;
        RETURN NULL;
    END IF;
    IF NEW.kind <> 'redemption' THEN -- which brings nothing nearer
        SELECT least('infinity',
            (SELECT min(l.available_at) FROM ledger.lot l WHERE l.account = NEW.account AND l.pending > 0),
            (SELECT min(l.expires_at) FROM ledger.lot l WHERE l.account = NEW.account AND l.spendable)) INTO due;
    END IF;
    UPDATE ledger.account a SET seq = NEW.seq, available = NEW.available, pending = NEW.pending, held = NEW.held, debt = NEW.debt,
        next_event_at = coalesce(due, a.next_event_at)
    WHERE a.id = NEW.account AND a.seq = NEW.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'operation %/% is not the next of its account', NEW.source, NEW.key USING ERRCODE = '40001';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER op_posts AFTER INSERT ON ledger.op REFERENCING NEW TABLE AS new_op
    FOR EACH ROW EXECUTE FUNCTION ledger.post();

-- What follows is how operations are asked for: one call each, answering one row of
-- ledger.result. A refusal is a status, not an error, so the caller's transaction lives.
CREATE TYPE ledger.result AS (
    status    text, -- done, replay, reused, no_account, not_found, reversed, insufficient
    op        bigint,
    seq       bigint,
    points    bigint,
    available bigint, -- the account after it
    pending   bigint,
    held      bigint,
    debt      bigint
);

-- replay answers the stored result of a key, or nothing when the key is new. Asked under
-- the account's lock it is final for requests on that account.
-- +goose StatementBegin
CREATE FUNCTION ledger.replay(p_source text, p_key text, p_req_hash bytea) RETURNS SETOF ledger.result
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN o.req_hash = p_req_hash THEN 'replay' ELSE 'reused' END,
        o.id, o.seq, o.points, o.available, o.pending, o.held, o.debt
    FROM ledger.op o
    WHERE o.source = p_source AND o.key = p_key
$$;
-- +goose StatementEnd

-- catch_up posts all that time has done to an account until p_at, one operation a moment,
-- so that the history does not depend on when anyone looked. The account must be locked.
-- +goose StatementBegin
CREATE FUNCTION ledger.catch_up(p_account bigint, p_at timestamptz, OUT matured bigint, OUT expired bigint) LANGUAGE plpgsql AS $$
DECLARE
    t     timestamptz;
    a     ledger.account;
    total bigint;
BEGIN
    matured := 0;
    expired := 0;
    LOOP
        t := least('infinity',
            (SELECT min(l.available_at) FROM ledger.lot l WHERE l.account = p_account AND l.pending > 0),
            (SELECT min(l.expires_at) FROM ledger.lot l WHERE l.account = p_account AND l.spendable));
        EXIT WHEN t > p_at OR t = 'infinity';
        SELECT * INTO a FROM ledger.account WHERE id = p_account;
        SELECT sum(l.pending) INTO total FROM ledger.lot l
            WHERE l.account = p_account AND l.pending > 0 AND l.available_at <= t;
        IF total > 0 THEN
            INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
            SELECT p_account, a.seq + 1, r.id, 'pending', m.bucket, m.points
            FROM (
                -- What becomes available repays debt first.
                SELECT l.id, l.pending, least(l.pending, greatest(0, a.debt - coalesce(sum(l.pending) OVER (
                    ORDER BY l.available_at, l.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))::bigint AS repaid
                FROM ledger.lot l WHERE l.account = p_account AND l.pending > 0 AND l.available_at <= t
            ) r, LATERAL (VALUES ('spent', r.repaid), ('active', r.pending - r.repaid)) m (bucket, points)
            WHERE m.points > 0;
            INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt_change, actor, reason, at)
            VALUES ('ledger', 'maturity/' || p_account || '/' || a.seq + 1, '', 'maturity', p_account, a.seq + 1,
                0, -least(a.debt, total), 'ledger', '', t);
            matured := matured + total;
            a.seq := a.seq + 1;
        END IF;
        SELECT sum(l.active) INTO total FROM ledger.lot l
            WHERE l.account = p_account AND l.spendable AND l.expires_at <= t;
        IF total > 0 THEN
            INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
            SELECT p_account, a.seq + 1, l.id, 'active', 'expired', l.active
            FROM ledger.lot l WHERE l.account = p_account AND l.spendable AND l.expires_at <= t;
            INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt_change, actor, reason, at)
            VALUES ('ledger', 'expiry/' || p_account || '/' || a.seq + 1, '', 'expiry', p_account, a.seq + 1,
                -total, 0, 'ledger', '', t);
            expired := expired + total;
        END IF;
    END LOOP;
    UPDATE ledger.account SET next_event_at = t WHERE id = p_account AND next_event_at <> t;
END $$;
-- +goose StatementEnd

-- touch locks an account, so that operations on it are one after the other, and brings it
-- up to p_at. It answers nothing when there is no such account.
-- +goose StatementBegin
CREATE FUNCTION ledger.touch(p_account bigint, p_at timestamptz) RETURNS ledger.account LANGUAGE plpgsql AS $$
DECLARE
    a ledger.account;
BEGIN
    SELECT * INTO a FROM ledger.account WHERE id = p_account FOR NO KEY UPDATE;
    IF a.next_event_at <= p_at THEN
        PERFORM ledger.catch_up(p_account, p_at);
        SELECT * INTO a FROM ledger.account WHERE id = p_account;
    END IF;
    RETURN a;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION ledger.accrue(p_account bigint, p_source text, p_key text, p_req_hash bytea, p_points bigint, p_origin text,
    p_available_at timestamptz, p_expires_at timestamptz, p_actor text, p_reason text, p_at timestamptz)
RETURNS ledger.result LANGUAGE plpgsql AS $$
DECLARE
    r ledger.result;
BEGIN
    -- Who inserts the key second waits here for the first, inserts nothing and replays.
    INSERT INTO ledger.op (source, key, req_hash, kind, account, points, debt_change, origin, available_at, expires_at, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'accrual', p_account, p_points, NULL, p_origin, p_available_at, p_expires_at, p_actor, p_reason, p_at)
    ON CONFLICT ON CONSTRAINT op_key DO NOTHING
    RETURNING 'done', id, seq, points, available, pending, held, debt INTO r;
    IF NOT FOUND THEN
        SELECT * INTO r FROM ledger.replay(p_source, p_key, p_req_hash);
        IF NOT FOUND THEN
            r.status := 'no_account';
        END IF;
    END IF;
    RETURN r;
END $$;
-- +goose StatementEnd

-- accrue_batch posts many accruals at once, several an account if need be, and answers
-- them by their numbers. When one of them cannot be posted it answers those alone and posts
-- none.
-- +goose StatementBegin
CREATE FUNCTION ledger.accrue_batch(p_account bigint[], p_source text[], p_key text[], p_req_hash bytea[], p_points bigint[], p_origin text[],
    p_available_at timestamptz[], p_expires_at timestamptz[], p_actor text[], p_reason text[], p_at timestamptz[])
RETURNS TABLE (n bigint, result ledger.result) LANGUAGE plpgsql AS $$
DECLARE
    wrong  bigint;   -- those that cannot be posted
    due    boolean;  -- time has work to do first
    singly bigint[]; -- those that are replayed, or that repay debt
BEGIN
    -- In the order of their ids, so that two batches never wait for each other.
    PERFORM FROM ledger.account a WHERE a.id = ANY (p_account) ORDER BY a.id FOR NO KEY UPDATE;
    LOOP
        SELECT count(*) FILTER (WHERE a.id IS NULL OR u.req_hash <> coalesce(o.req_hash, u.first_hash)),
                coalesce(bool_or(a.next_event_at <= u.at), false),
                coalesce(array_agg(u.n ORDER BY u.n) FILTER (WHERE u.nth > 1 OR o.id IS NOT NULL OR a.debt > 0), '{}')
            INTO wrong, due, singly
            FROM (
                SELECT b.n, b.account, b.source, b.key, b.req_hash, b.at,
                    row_number() OVER w AS nth, first_value(b.req_hash) OVER w AS first_hash
                FROM unnest(p_account, p_source, p_key, p_req_hash, p_at) WITH ORDINALITY b (account, source, key, req_hash, at, n)
                WINDOW w AS (PARTITION BY b.source, b.key ORDER BY b.n)
            ) u
            LEFT JOIN ledger.account a ON a.id = u.account
            LEFT JOIN ledger.op o ON o.source = u.source AND o.key = u.key;
        EXIT WHEN wrong > 0 OR NOT due;
        PERFORM ledger.touch(u.account, u.at)
        FROM (SELECT b.account, max(b.at) AS at FROM unnest(p_account, p_at) b (account, at) GROUP BY b.account ORDER BY b.account) u;
    END LOOP;
    IF wrong > 0 THEN
        RETURN QUERY
        SELECT u.n, ROW(CASE WHEN a.id IS NULL THEN 'no_account' ELSE 'reused' END, o.id, 0, 0, 0, 0, 0, 0)::ledger.result
        FROM (
            SELECT b.n, b.account, b.source, b.key, b.req_hash, first_value(b.req_hash) OVER (PARTITION BY b.source, b.key ORDER BY b.n) AS first_hash
            FROM unnest(p_account, p_source, p_key, p_req_hash) WITH ORDINALITY b (account, source, key, req_hash, n)
        ) u
        LEFT JOIN ledger.account a ON a.id = u.account
        LEFT JOIN ledger.op o ON o.source = u.source AND o.key = u.key
        WHERE a.id IS NULL OR u.req_hash <> coalesce(o.req_hash, u.first_hash);
        RETURN;
    END IF;

    RETURN QUERY
    WITH u AS MATERIALIZED (
        SELECT nextval('ledger.op_id_seq') AS id, u.n, u.account, u.source, u.key, u.req_hash, u.points, u.origin,
            u.available_at, u.expires_at, u.actor, u.reason, u.at, late.points AS late, a.held, a.debt,
            a.seq + row_number() OVER w AS seq,
            a.available + (sum(u.points - late.points) OVER w)::bigint AS available,
            a.pending + (sum(late.points) OVER w)::bigint AS pending
        FROM unnest(p_account, p_source, p_key, p_req_hash, p_points, p_origin, p_available_at, p_expires_at, p_actor, p_reason, p_at)
            WITH ORDINALITY u (account, source, key, req_hash, points, origin, available_at, expires_at, actor, reason, at, n)
        JOIN ledger.account a ON a.id = u.account,
        LATERAL (SELECT CASE WHEN u.available_at > u.at THEN u.points ELSE 0 END AS points) late
        WHERE u.n <> ALL (singly)
        WINDOW w AS (PARTITION BY u.account ORDER BY u.n ROWS UNBOUNDED PRECEDING)
    ), o AS (
        INSERT INTO ledger.op (id, source, key, req_hash, kind, account, seq, points, debt_change,
            available_before, pending_before, held_before, debt_before, available, pending, held, debt,
            origin, available_at, expires_at, actor, reason, at, batched)
        OVERRIDING SYSTEM VALUE
        SELECT u.id, u.source, u.key, u.req_hash, 'accrual', u.account, u.seq, u.points, 0,
            u.available - u.points + u.late, u.pending - u.late, u.held, u.debt, u.available, u.pending, u.held, u.debt,
            u.origin, u.available_at, u.expires_at, u.actor, u.reason, u.at, true
        FROM u
    )
    SELECT u.n, ROW('done', u.id, u.seq, u.points, u.available, u.pending, u.held, u.debt)::ledger.result FROM u;

    FOREACH n IN ARRAY singly LOOP
        result := ledger.accrue(p_account[n], p_source[n], p_key[n], p_req_hash[n], p_points[n], p_origin[n],
            p_available_at[n], p_expires_at[n], p_actor[n], p_reason[n], p_at[n]);
        RETURN NEXT;
    END LOOP;
END $$;
-- +goose StatementEnd

-- take moves up to p_points of an account's active points to a bucket, those that expire
-- first before the others, and answers how many it found.
-- +goose StatementBegin
CREATE FUNCTION ledger.take(p_account bigint, p_seq bigint, p_points bigint, p_not_lot bigint, p_bucket text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    l     record;
    taken bigint := 0;
BEGIN
    -- A cursor that stops early: an account may have thousands of lots.
    FOR l IN SELECT id, active FROM ledger.lot WHERE account = p_account AND spendable AND id <> p_not_lot ORDER BY expires_at, id LOOP
        EXIT WHEN taken = p_points;
        INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
        VALUES (p_account, p_seq, l.id, 'active', p_bucket, least(l.active, p_points - taken));
        taken := taken + least(l.active, p_points - taken);
    END LOOP;
    RETURN taken;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION ledger.redeem(p_account bigint, p_source text, p_key text, p_req_hash bytea, p_points bigint,
    p_actor text, p_reason text, p_at timestamptz) RETURNS ledger.result LANGUAGE plpgsql AS $$
DECLARE
    next bigint;
    have bigint;
    r    ledger.result;
BEGIN
    -- The body of ledger.touch, because this is a hot path.
    SELECT a.seq + 1, a.available INTO next, have FROM ledger.account a
        WHERE a.id = p_account AND a.next_event_at > p_at FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        SELECT a.seq + 1, a.available INTO next, have FROM ledger.touch(p_account, p_at) a;
        IF next IS NULL THEN
            r.status := 'no_account';
            RETURN r;
        END IF;
    END IF;
    SELECT * INTO r FROM ledger.replay(p_source, p_key, p_req_hash);
    IF FOUND THEN
        RETURN r;
    END IF;
    -- The first lot is often enough.
    INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
    SELECT p_account, next, l.id, 'active', 'spent', p_points
    FROM (SELECT id, active FROM ledger.lot WHERE account = p_account AND spendable ORDER BY expires_at, id LIMIT 1) l
    WHERE l.active >= p_points;
    IF NOT FOUND THEN
        IF have < p_points THEN
            r.status := 'insufficient';
            r.available := have;
            RETURN r;
        END IF;
        IF ledger.take(p_account, next, p_points, 0, 'spent') <> p_points THEN
            RAISE EXCEPTION 'account % has fewer points in lots than available', p_account USING ERRCODE = 'KL004';
        END IF;
    END IF;
    INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt_change, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'redemption', p_account, next, -p_points, 0, p_actor, p_reason, p_at)
    RETURNING 'done', id, seq, points, available, pending, held, debt INTO r;
    RETURN r;
END $$;
-- +goose StatementEnd

-- take_back moves an accrual's points out again and answers the change of points and debt.
-- +goose StatementBegin
CREATE FUNCTION ledger.take_back(o ledger.op, p_seq bigint, OUT points bigint, OUT debt bigint) LANGUAGE plpgsql AS $$
DECLARE
    l ledger.lot;
BEGIN
    SELECT * INTO l FROM ledger.lot WHERE account = o.account AND id = o.seq;
    INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
    SELECT o.account, p_seq, l.id, m.bucket, 'reversed', m.points
    FROM (VALUES ('pending', l.pending), ('active', l.active), ('expired', l.expired)) m (bucket, points)
    WHERE m.points > 0;
    -- What was spent of it, or paid for another return, is taken from the other lots, and
    -- what is not there is owed.
    debt := l.amount - l.pending - l.active - l.expired;
    debt := debt - ledger.take(o.account, p_seq, debt, l.id, 'reversed');
    points := l.expired - l.amount;
END $$;
-- +goose StatementEnd

-- give_back moves a redemption's points to the lots they came from and answers the change
-- of points and debt. What repays debt stays spent, out of the lots that end first.
-- +goose StatementBegin
CREATE FUNCTION ledger.give_back(o ledger.op, p_seq bigint, p_debt bigint, p_at timestamptz, p_grace interval, OUT points bigint, OUT debt bigint)
LANGUAGE plpgsql AS $$
BEGIN
    points := -o.points;
    debt := -least(p_debt, points);
    INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points, grace_until)
    SELECT o.account, p_seq, b.lot, 'spent', 'active', b.points - b.kept, CASE WHEN b.expires_at <= p_at THEN p_at + p_grace END
    FROM (
        SELECT m.lot, m.points, l.expires_at, least(m.points, greatest(0, -debt - coalesce(sum(m.points) OVER (
            ORDER BY l.expires_at, l.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)))::bigint AS kept
        FROM ledger.lot_move m JOIN ledger.lot l ON l.account = m.account AND l.id = m.lot
        WHERE m.account = o.account AND m.seq = o.seq
    ) b
    WHERE b.points > b.kept;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION ledger.reverse(p_of bigint, p_source text, p_key text, p_req_hash bytea, p_grace interval,
    p_actor text, p_reason text, p_at timestamptz) RETURNS ledger.result LANGUAGE plpgsql AS $$
DECLARE
    o ledger.op;
    a ledger.account;
    r ledger.result;
    d record;
BEGIN
    SELECT * INTO o FROM ledger.op WHERE id = p_of;
    IF NOT FOUND THEN
        r.status := 'not_found';
        RETURN r;
    END IF;
    a := ledger.touch(o.account, p_at);
    SELECT * INTO r FROM ledger.replay(p_source, p_key, p_req_hash);
    IF FOUND THEN
        RETURN r;
    END IF;
    IF o.kind NOT IN ('accrual', 'redemption') OR EXISTS (SELECT FROM ledger.op x WHERE x.refs_op = p_of) THEN
        r.status := 'reversed';
        RETURN r;
    END IF;
    IF o.kind = 'accrual' THEN
        SELECT * INTO d FROM ledger.take_back(o, a.seq + 1);
    ELSE
        SELECT * INTO d FROM ledger.give_back(o, a.seq + 1, a.debt, p_at, p_grace);
    END IF;
    INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt_change, refs_op, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'reversal', o.account, a.seq + 1, d.points, d.debt, p_of, p_actor, p_reason, p_at)
    RETURNING 'done', id, seq, points, available, pending, held, debt INTO r;
    RETURN r;
END $$;
-- +goose StatementEnd

-- move_out takes everything that an account has out of its lots, for another account to
-- get. It answers 'empty' when there is nothing and 'owes' when there is debt.
-- +goose StatementBegin
CREATE FUNCTION ledger.move_out(p_account bigint, p_source text, p_key text, p_req_hash bytea,
    p_actor text, p_reason text, p_at timestamptz) RETURNS ledger.result LANGUAGE plpgsql AS $$
DECLARE
    a ledger.account;
    r ledger.result;
BEGIN
    a := ledger.touch(p_account, p_at);
    IF a.id IS NULL THEN
        r.status := 'no_account';
        RETURN r;
    END IF;
    SELECT * INTO r FROM ledger.replay(p_source, p_key, p_req_hash);
    IF FOUND THEN
        RETURN r;
    END IF;
    IF a.debt > 0 OR a.held > 0 THEN
        r.status := 'owes';
        RETURN r;
    END IF;
    IF a.available + a.pending = 0 THEN
        r.status := 'empty';
        RETURN r;
    END IF;
    INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
    SELECT l.account, a.seq + 1, l.id, m.bucket, 'moved', m.points
    FROM ledger.lot l, LATERAL (VALUES ('active', l.active), ('pending', l.pending)) m (bucket, points)
    WHERE l.account = p_account AND (l.spendable OR l.pending > 0) AND m.points > 0;
    INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt_change, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'merger', p_account, a.seq + 1, -a.available - a.pending, 0, p_actor, p_reason, p_at)
    RETURNING 'done', id, seq, points, available, pending, held, debt INTO r;
    RETURN r;
END $$;
-- +goose StatementEnd

-- sweep makes visible what time has done, on at most p_limit accounts. Accounts that
-- someone works with are left to them.
-- +goose StatementBegin
CREATE FUNCTION ledger.sweep(p_at timestamptz, p_limit bigint, OUT account bigint, OUT expired bigint, OUT matured bigint)
RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    FOR account IN SELECT a.id FROM ledger.account a WHERE a.next_event_at <= p_at AND a.next_event_at < 'infinity'
        ORDER BY a.next_event_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED LOOP
        SELECT c.matured, c.expired INTO matured, expired FROM ledger.catch_up(account, p_at) c;
        RETURN NEXT;
    END LOOP;
END $$;
-- +goose StatementEnd
