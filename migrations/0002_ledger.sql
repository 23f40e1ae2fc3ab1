-- The points ledger. One operation is one row of ledger.op; the database itself derives
-- from it the entry, the lot and the account's new state, so none of them can say what
-- no operation has said. Writing them directly is refused, and so is changing history.
-- All points are hundredths. 'infinity' is a moment that never comes.
-- +goose Up

-- PostgreSQL reads a table's CHECKs anew for every statement, a domain's once a session:
-- what the hot path asks of single values stands in domains.
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
    seq           bigint NOT NULL DEFAULT 0, -- number of its last entry
    last_seq      bigint GENERATED ALWAYS AS (nullif(seq, 0)) STORED,
    available     ledger.points NOT NULL DEFAULT 0,
    pending       ledger.points NOT NULL DEFAULT 0,
    held          ledger.points NOT NULL DEFAULT 0,
    debt          ledger.points NOT NULL DEFAULT 0,
    -- Not after the first moment at which a lot matures or expires; it may be before.
    next_event_at timestamptz NOT NULL DEFAULT 'infinity',
    opened_at     timestamptz NOT NULL,
    CONSTRAINT account_debt_is_repaid_first CHECK (debt = 0 OR available = 0),
    CONSTRAINT account_opens_empty CHECK (seq > 0 OR (available | pending | held | debt) = 0)
) WITH (fillfactor = 60); -- room for HOT updates: an accrual touches no index of this table
CREATE INDEX account_due ON ledger.account (next_event_at) WHERE next_event_at < 'infinity';

CREATE TABLE ledger.op (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source       ledger.source NOT NULL,
    key          ledger.key NOT NULL,
    req_hash     bytea NOT NULL,
    kind         text NOT NULL,
    account      bigint NOT NULL,
    seq          bigint NOT NULL, -- its entry, where the result is stored
    points       bigint NOT NULL, -- change of available + pending + held - debt
    debt         bigint NOT NULL DEFAULT 0, -- change of debt
    refs_op      bigint, -- what a reversal takes back
    origin       text,
    available_at timestamptz,
    expires_at   timestamptz,
    actor        ledger.actor NOT NULL,
    reason       ledger.reason NOT NULL,
    at           timestamptz NOT NULL,
    batched      boolean NOT NULL DEFAULT false, -- posted together with the rest of its statement
    CONSTRAINT op_key UNIQUE (source, key)
);
CREATE UNIQUE INDEX op_reversed_once ON ledger.op (refs_op) WHERE refs_op IS NOT NULL;

CREATE TABLE ledger.entry (
    account          bigint NOT NULL,
    seq              bigint NOT NULL, -- 1, 2, 3 …: the chain has no other beginning
    prev_seq         bigint GENERATED ALWAYS AS (nullif(seq, 1) - 1) STORED,
    op               bigint NOT NULL,
    available_before bigint NOT NULL,
    pending_before   bigint NOT NULL,
    held_before      bigint NOT NULL,
    debt_before      bigint NOT NULL,
    available        bigint NOT NULL,
    pending          bigint NOT NULL,
    held             bigint NOT NULL,
    debt             bigint NOT NULL,
    PRIMARY KEY (account, seq),
    CONSTRAINT entry_state UNIQUE (account, seq, available, pending, held, debt),
    CONSTRAINT entry_first_starts_empty CHECK (seq > 1 OR (available_before | pending_before | held_before | debt_before) = 0),
    -- The chain: an entry starts where its predecessor ended.
    CONSTRAINT entry_continues FOREIGN KEY (account, prev_seq, available_before, pending_before, held_before, debt_before)
        REFERENCES ledger.entry (account, seq, available, pending, held, debt)
);

-- A balance that no entry explains cannot be committed.
ALTER TABLE ledger.account ADD CONSTRAINT account_is_its_last_entry
    FOREIGN KEY (id, last_seq, available, pending, held, debt)
    REFERENCES ledger.entry (account, seq, available, pending, held, debt) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE ledger.lot (
    account      bigint NOT NULL,
    id           bigint NOT NULL, -- seq of the entry that made it
    origin       text NOT NULL,
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
    PRIMARY KEY (account, id),
    CONSTRAINT lot_loses_nothing CHECK (amount = pending + active + held + spent + expired + reversed + moved)
) WITH (fillfactor = 80);
CREATE INDEX lot_to_spend ON ledger.lot (account, expires_at, id) WHERE active > 0;
CREATE INDEX lot_to_mature ON ledger.lot (account, available_at, id) WHERE pending > 0;

-- Which lots an operation touched. The moves are written first, under the number of the
-- entry to come; without that entry they cannot be committed.
CREATE TABLE ledger.lot_move (
    account     bigint NOT NULL,
    seq         bigint NOT NULL,
    lot         bigint NOT NULL,
    from_bucket ledger.way_out NOT NULL,
    to_bucket   ledger.way_in NOT NULL,
    points      bigint NOT NULL,
    grace_until timestamptz, -- the lot's new end, when points come back to it too late
    PRIMARY KEY (account, seq, lot, from_bucket, to_bucket),
    CONSTRAINT lot_move_goes_somewhere CHECK (points > 0 AND from_bucket <> to_bucket),
    CONSTRAINT lot_move_has_its_entry FOREIGN KEY (account, seq)
        REFERENCES ledger.entry (account, seq) DEFERRABLE INITIALLY DEFERRED
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
CREATE TRIGGER entry_is_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('post a reversal');
CREATE TRIGGER lot_move_is_for_ever BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.lot_move
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('post a reversal');
CREATE TRIGGER lot_is_for_ever BEFORE DELETE OR TRUNCATE ON ledger.lot
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('post a reversal');
CREATE TRIGGER account_is_for_ever BEFORE DELETE OR TRUNCATE ON ledger.account
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse('an account stays');

-- What follows from operations is written by the triggers below alone. A condition on a
-- statement trigger costs nothing where it does not hold.
CREATE TRIGGER entry_follows_from_op BEFORE INSERT ON ledger.entry
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse('insert into ledger.op');
CREATE TRIGGER lot_follows_from_op BEFORE INSERT ON ledger.lot
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse('insert into ledger.op');
CREATE TRIGGER lot_follows_from_moves BEFORE UPDATE ON ledger.lot
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse('insert into ledger.lot_move');
CREATE TRIGGER account_follows_from_op BEFORE UPDATE OF id, seq, available, pending, held, debt, opened_at ON ledger.account
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger.refuse('insert into ledger.op');

-- move_lots carries new moves out. They belong to the next entry of their account, so
-- none can be added to an entry that stands.
-- +goose StatementBegin
CREATE FUNCTION ledger.move_lots() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    m ledger.lot_move;
BEGIN
    IF EXISTS (SELECT FROM new_move n LEFT JOIN ledger.account a ON a.id = n.account
               WHERE a.seq IS DISTINCT FROM n.seq - 1) THEN
        RAISE EXCEPTION 'a move of lots belongs to no next entry' USING ERRCODE = 'KL002';
    END IF;
    FOR m IN SELECT * FROM new_move LOOP
        IF m.from_bucket = 'active' AND m.to_bucket = 'spent' THEN -- most are, and this is quicker
            UPDATE ledger.lot l SET active = l.active - m.points, spent = l.spent + m.points
            WHERE l.account = m.account AND l.id = m.lot;
        ELSE
            UPDATE ledger.lot l SET
                pending    = l.pending - CASE m.from_bucket WHEN 'pending' THEN m.points ELSE 0 END,
                active     = l.active - CASE 'active' WHEN m.from_bucket THEN m.points WHEN m.to_bucket THEN -m.points ELSE 0 END,
                held       = l.held - CASE 'held' WHEN m.from_bucket THEN m.points WHEN m.to_bucket THEN -m.points ELSE 0 END,
                spent      = l.spent - CASE 'spent' WHEN m.from_bucket THEN m.points WHEN m.to_bucket THEN -m.points ELSE 0 END,
                expired    = l.expired - CASE 'expired' WHEN m.from_bucket THEN m.points WHEN m.to_bucket THEN -m.points ELSE 0 END,
                reversed   = l.reversed + CASE m.to_bucket WHEN 'reversed' THEN m.points ELSE 0 END,
                moved      = l.moved + CASE m.to_bucket WHEN 'moved' THEN m.points ELSE 0 END,
                expires_at = coalesce(m.grace_until, l.expires_at)
            WHERE l.account = m.account AND l.id = m.lot;
        END IF;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a move names a lot that is not there' USING ERRCODE = 'KL002';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER lot_move_moves AFTER INSERT ON ledger.lot_move REFERENCING NEW TABLE AS new_move
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.move_lots();

-- What an operation of each kind may say. ledger.post asks it, as a CHECK would.
CREATE FUNCTION ledger.op_is_sound(o ledger.op) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN CASE (o).kind
    WHEN 'accrual' THEN (o).points > 0 AND (o).debt BETWEEN -(o).points AND 0 AND (o).refs_op IS NULL
        AND (o).origin IN ('purchase', 'welcome', 'promo', 'adjustment')
        AND (o).available_at IS NOT NULL AND (o).expires_at > greatest((o).available_at, (o).at)
    WHEN 'merger' THEN (o).points < 0 AND (o).debt = 0 AND (o).refs_op IS NULL AND (o).origin IS NULL
    WHEN 'redemption' THEN (o).points < 0 AND (o).debt = 0 AND (o).refs_op IS NULL AND (o).origin IS NULL
    WHEN 'reversal' THEN (o).refs_op IS NOT NULL AND (o).origin IS NULL AND sign((o).points) * sign((o).debt) <= 0
    WHEN 'expiry' THEN (o).points < 0 AND (o).debt = 0 AND (o).refs_op IS NULL AND (o).origin IS NULL
    WHEN 'maturity' THEN (o).points = 0 AND (o).debt <= 0 AND (o).refs_op IS NULL AND (o).origin IS NULL
    ELSE false END;

-- post_moves posts an operation that moves points between lots, and an accrual that
-- repays debt. What the moves did to the account is its change, never what the operation
-- claims; a claim that differs is refused.
-- +goose StatementBegin
CREATE FUNCTION ledger.post_moves(o ledger.op) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    d_available bigint := 0;
    d_pending   bigint := 0;
    d_held      bigint := 0;
    x_available bigint; -- the account after it
    x_pending   bigint;
    x_held      bigint;
    x_debt      bigint;
BEGIN
    IF o.refs_op IS NOT NULL AND NOT EXISTS (SELECT FROM ledger.op r
        WHERE r.id = o.refs_op AND r.account = o.account AND r.seq < o.seq AND r.kind IN ('accrual', 'redemption')) THEN
        RAISE EXCEPTION 'operation %/% reverses what is not there', o.source, o.key
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'op_refs_op';
    END IF;
    IF o.kind = 'accrual' THEN
        IF o.available_at > o.at THEN d_pending := o.points; ELSE d_available := o.points; END IF;
        INSERT INTO ledger.lot (account, id, origin, amount, pending, active, available_at, expires_at)
        VALUES (o.account, o.seq, o.origin, o.points, d_pending, d_available, o.available_at, o.expires_at);
        INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
        VALUES (o.account, o.seq, o.seq, CASE WHEN d_pending > 0 THEN 'pending' ELSE 'active' END, 'spent', -o.debt);
        IF 1 <> (SELECT count(*) FROM ledger.lot_move m WHERE m.account = o.account AND m.seq = o.seq) THEN
            RAISE EXCEPTION 'an accrual moves other lots' USING ERRCODE = 'KL003';
        END IF;
    END IF;
    SELECT d_available + coalesce(sum(CASE 'active'  WHEN m.to_bucket THEN m.points WHEN m.from_bucket THEN -m.points END), 0),
           d_pending   + coalesce(sum(CASE 'pending' WHEN m.to_bucket THEN m.points WHEN m.from_bucket THEN -m.points END), 0),
           d_held      + coalesce(sum(CASE 'held'    WHEN m.to_bucket THEN m.points WHEN m.from_bucket THEN -m.points END), 0)
        INTO d_available, d_pending, d_held
        FROM ledger.lot_move m WHERE m.account = o.account AND m.seq = o.seq;
    IF d_available + d_pending + d_held - o.debt <> o.points THEN
        RAISE EXCEPTION 'operation %/% claims % points and its lots say %', o.source, o.key, o.points,
            d_available + d_pending + d_held - o.debt USING ERRCODE = 'KL003';
    END IF;
    UPDATE ledger.account a SET
        seq           = a.seq + 1,
        available     = a.available + d_available,
        pending       = a.pending + d_pending,
        held          = a.held + d_held,
        debt          = a.debt + o.debt,
        next_event_at = CASE o.kind WHEN 'redemption' THEN a.next_event_at ELSE least('infinity',
            (SELECT min(l.available_at) FROM ledger.lot l WHERE l.account = o.account AND l.pending > 0),
            (SELECT min(l.expires_at) FROM ledger.lot l WHERE l.account = o.account AND l.active > 0)) END
    WHERE a.id = o.account AND a.seq = o.seq - 1
    RETURNING a.available, a.pending, a.held, a.debt INTO x_available, x_pending, x_held, x_debt;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'operation %/% is not the next of its account', o.source, o.key USING ERRCODE = '40001';
    END IF;
    INSERT INTO ledger.entry (account, seq, op, available_before, pending_before, held_before, debt_before, available, pending, held, debt)
    VALUES (o.account, o.seq, o.id, x_available - d_available, x_pending - d_pending, x_held - d_held, x_debt - o.debt,
        x_available, x_pending, x_held, x_debt);
END $$;
-- +goose StatementEnd

-- post derives from new operations all that follows from them, in the statement that
-- inserts them: entry, lot, account. An accrual needs no moves: its lot is born where it
-- belongs, so accruals are posted one by one in three statements, and batched ones all in
-- one.
-- +goose StatementBegin
CREATE FUNCTION ledger.post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    o           ledger.op;
    late        bigint; -- the accrual's points if they are pending
    active      bigint; -- or if they are not
    x_available bigint; -- the account after it
    x_pending   bigint;
    x_held      bigint;
    x_debt      bigint;
    posted      bigint;
BEGIN
    FOR o IN SELECT * FROM new_op LOOP
        EXIT WHEN o.batched;
        IF ledger.op_is_sound(o) IS NOT TRUE THEN
            RAISE EXCEPTION 'operation %/% says what its kind may not', o.source, o.key
                USING ERRCODE = 'check_violation', CONSTRAINT = 'op_is_sound';
        END IF;
        IF o.kind <> 'accrual' OR o.debt <> 0 THEN
            PERFORM ledger.post_moves(o);
            CONTINUE;
        END IF;
        late := CASE WHEN o.available_at > o.at THEN o.points ELSE 0 END;
        active := o.points - late;
        UPDATE ledger.account a SET
            seq           = a.seq + 1,
            available     = a.available + active,
            pending       = a.pending + late,
            next_event_at = least(a.next_event_at, CASE WHEN late > 0 THEN o.available_at ELSE o.expires_at END)
        WHERE a.id = o.account AND a.seq = o.seq - 1
            AND NOT EXISTS (SELECT FROM ledger.lot_move m WHERE m.account = o.account AND m.seq = o.seq)
        RETURNING a.available, a.pending, a.held, a.debt INTO x_available, x_pending, x_held, x_debt;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'operation %/% is not the next of its account', o.source, o.key USING ERRCODE = '40001';
        END IF;
        INSERT INTO ledger.entry (account, seq, op, available_before, pending_before, held_before, debt_before, available, pending, held, debt)
        VALUES (o.account, o.seq, o.id, x_available - active, x_pending - late, x_held, x_debt, x_available, x_pending, x_held, x_debt);
        INSERT INTO ledger.lot (account, id, origin, amount, pending, active, available_at, expires_at)
        VALUES (o.account, o.seq, o.origin, o.points, late, active, o.available_at, o.expires_at);
    END LOOP;
    IF o.batched THEN
        IF (SELECT bool_and(p.batched AND p.kind = 'accrual' AND p.debt = 0 AND ledger.op_is_sound(p)) FROM new_op p) IS NOT TRUE THEN
            RAISE EXCEPTION 'a batch holds more than plain accruals' USING ERRCODE = 'check_violation', CONSTRAINT = 'op_is_sound';
        END IF;
        WITH p AS (
            SELECT p.id, p.account, p.seq, p.origin, p.points, p.available_at, p.expires_at, s.pending, s.active,
                sum(s.pending) OVER w AS run_pending, sum(s.active) OVER w AS run_active
            FROM new_op p, LATERAL (SELECT
                CASE WHEN p.available_at > p.at THEN p.points ELSE 0 END AS pending,
                CASE WHEN p.available_at > p.at THEN 0 ELSE p.points END AS active) s
            WINDOW w AS (PARTITION BY p.account ORDER BY p.seq)
        ), t AS (
            SELECT p.account, min(p.seq) AS first, max(p.seq) AS last, count(*) AS entries,
                sum(p.pending)::bigint AS pending, sum(p.active)::bigint AS active,
                min(CASE WHEN p.pending > 0 THEN p.available_at ELSE p.expires_at END) AS event_at
            FROM p GROUP BY p.account
        ), a AS (
            UPDATE ledger.account a SET
                seq           = t.last,
                available     = a.available + t.active,
                pending       = a.pending + t.pending,
                next_event_at = least(a.next_event_at, t.event_at)
            FROM t
            WHERE a.id = t.account AND a.seq = t.first - 1 AND t.last = t.first + t.entries - 1
                AND NOT EXISTS (SELECT FROM ledger.lot_move m WHERE m.account = t.account AND m.seq = t.first)
            RETURNING a.id, a.available - t.active AS available, a.pending - t.pending AS pending, a.held, a.debt
        ), e AS (
            INSERT INTO ledger.entry (account, seq, op, available_before, pending_before, held_before, debt_before, available, pending, held, debt)
            SELECT p.account, p.seq, p.id,
                a.available + (p.run_active - p.active)::bigint, a.pending + (p.run_pending - p.pending)::bigint, a.held, a.debt,
                a.available + p.run_active::bigint, a.pending + p.run_pending::bigint, a.held, a.debt
            FROM p JOIN a ON a.id = p.account
        )
        INSERT INTO ledger.lot (account, id, origin, amount, pending, active, available_at, expires_at)
        SELECT p.account, p.seq, p.origin, p.points, p.pending, p.active, p.available_at, p.expires_at
        FROM p JOIN a ON a.id = p.account;
        GET DIAGNOSTICS posted = ROW_COUNT;
        IF posted <> (SELECT count(*) FROM new_op) THEN
            RAISE EXCEPTION 'a batch does not continue its accounts' USING ERRCODE = '40001';
        END IF;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER op_posts AFTER INSERT ON ledger.op REFERENCING NEW TABLE AS new_op
    FOR EACH STATEMENT EXECUTE FUNCTION ledger.post();

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
        o.id, o.seq, o.points, e.available, e.pending, e.held, e.debt
    FROM ledger.op o JOIN ledger.entry e ON e.account = o.account AND e.seq = o.seq
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
            (SELECT min(l.expires_at) FROM ledger.lot l WHERE l.account = p_account AND l.active > 0));
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
            INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt, actor, reason, at)
            VALUES ('ledger', 'maturity/' || p_account || '/' || a.seq + 1, '', 'maturity', p_account, a.seq + 1,
                0, -least(a.debt, total), 'ledger', '', t);
            matured := matured + total;
            a.seq := a.seq + 1;
        END IF;
        SELECT sum(l.active) INTO total FROM ledger.lot l
            WHERE l.account = p_account AND l.active > 0 AND l.expires_at <= t;
        IF total > 0 THEN
            INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
            SELECT p_account, a.seq + 1, l.id, 'active', 'expired', l.active
            FROM ledger.lot l WHERE l.account = p_account AND l.active > 0 AND l.expires_at <= t;
            INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, actor, reason, at)
            VALUES ('ledger', 'expiry/' || p_account || '/' || a.seq + 1, '', 'expiry', p_account, a.seq + 1,
                -total, 'ledger', '', t);
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
    a      ledger.account;
    r      ledger.result;
    repaid bigint;
BEGIN
    -- The body of ledger.touch, because this is the hot path.
    SELECT * INTO a FROM ledger.account WHERE id = p_account FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        r.status := 'no_account';
        RETURN r;
    END IF;
    IF a.next_event_at <= p_at THEN
        a := ledger.touch(p_account, p_at);
    END IF;
    repaid := least(a.debt, p_points);
    -- Who inserts the key second waits here for the first, inserts nothing and replays.
    INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt, origin, available_at, expires_at, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'accrual', p_account, a.seq + 1, p_points, -repaid, p_origin, p_available_at, p_expires_at,
        p_actor, p_reason, p_at)
    ON CONFLICT ON CONSTRAINT op_key DO NOTHING
    RETURNING id INTO r.op;
    IF r.op IS NULL THEN
        SELECT * INTO r FROM ledger.replay(p_source, p_key, p_req_hash);
        RETURN r;
    END IF;
    r.status := 'done';
    r.seq := a.seq + 1;
    r.points := p_points;
    r.available := a.available;
    r.pending := a.pending;
    IF p_available_at > p_at THEN
        r.pending := a.pending + p_points - repaid;
    ELSE
        r.available := a.available + p_points - repaid;
    END IF;
    r.held := a.held;
    r.debt := a.debt - repaid;
    RETURN r;
END $$;
-- +goose StatementEnd

-- accrue_batch posts many accruals at once, several an account if need be, and answers in
-- their order. When one of them cannot be posted it answers those alone and posts none.
-- +goose StatementBegin
CREATE FUNCTION ledger.accrue_batch(p_account bigint[], p_source text[], p_key text[], p_req_hash bytea[], p_points bigint[], p_origin text[],
    p_available_at timestamptz[], p_expires_at timestamptz[], p_actor text[], p_reason text[], p_at timestamptz[])
RETURNS TABLE (n bigint, result ledger.result) LANGUAGE plpgsql AS $$
DECLARE
    i   bigint;
    r   ledger.result;
    ids bigint[]; -- operations posted by this call
BEGIN
    -- In the order of their ids, so that two batches never wait for each other.
    PERFORM FROM ledger.account a WHERE a.id = ANY (p_account) ORDER BY a.id FOR NO KEY UPDATE;
    PERFORM ledger.catch_up(u.account, u.at)
    FROM (SELECT b.account, max(b.at) AS at FROM unnest(p_account, p_at) b (account, at) GROUP BY b.account ORDER BY b.account) u
    JOIN ledger.account a ON a.id = u.account
    WHERE a.next_event_at <= u.at;

    RETURN QUERY
    SELECT u.n, ROW(CASE WHEN a.id IS NULL THEN 'no_account' ELSE 'reused' END, o.id, 0, 0, 0, 0, 0, 0)::ledger.result
    FROM unnest(p_account, p_source, p_key, p_req_hash) WITH ORDINALITY u (account, source, key, req_hash, n)
    LEFT JOIN ledger.account a ON a.id = u.account
    LEFT JOIN ledger.op o ON o.source = u.source AND o.key = u.key
    WHERE a.id IS NULL OR o.req_hash <> u.req_hash;
    IF FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT v.n, ROW('reused', 0, 0, 0, 0, 0, 0, 0)::ledger.result
    FROM (SELECT u.n, u.req_hash, first_value(u.req_hash) OVER (PARTITION BY u.source, u.key ORDER BY u.n) AS first_hash
        FROM unnest(p_source, p_key, p_req_hash) WITH ORDINALITY u (source, key, req_hash, n)) v
    WHERE v.req_hash <> v.first_hash;
    IF FOUND THEN
        RETURN;
    END IF;

    -- Debt is repaid in turn, so accounts that have any are served one by one.
    FOR i IN SELECT u.n FROM unnest(p_account) WITH ORDINALITY u (account, n)
        JOIN ledger.account a ON a.id = u.account WHERE a.debt > 0 ORDER BY u.n LOOP
        r := ledger.accrue(p_account[i], p_source[i], p_key[i], p_req_hash[i], p_points[i], p_origin[i],
            p_available_at[i], p_expires_at[i], p_actor[i], p_reason[i], p_at[i]);
        IF r.status = 'done' THEN
            ids := ids || r.op;
        END IF;
    END LOOP;

    WITH u AS (
        SELECT DISTINCT ON (u.source, u.key) u.account, u.source, u.key, u.req_hash, u.points, u.origin, u.available_at, u.expires_at,
            u.actor, u.reason, u.at, u.n
        FROM unnest(p_account, p_source, p_key, p_req_hash, p_points, p_origin, p_available_at, p_expires_at, p_actor, p_reason, p_at)
            WITH ORDINALITY u (account, source, key, req_hash, points, origin, available_at, expires_at, actor, reason, at, n)
        WHERE NOT EXISTS (SELECT FROM ledger.op o WHERE o.source = u.source AND o.key = u.key)
        ORDER BY u.source, u.key, u.n
    ), o AS (
        INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, origin, available_at, expires_at, actor, reason, at, batched)
        SELECT u.source, u.key, u.req_hash, 'accrual', u.account, a.seq + row_number() OVER (PARTITION BY u.account ORDER BY u.n), u.points,
            u.origin, u.available_at, u.expires_at, u.actor, u.reason, u.at, true
        FROM u JOIN ledger.account a ON a.id = u.account
        RETURNING id
    )
    SELECT ids || array_agg(o.id) INTO ids FROM o;

    RETURN QUERY
    SELECT u.n, ROW(CASE WHEN o.id = ANY (ids) AND row_number() OVER (PARTITION BY o.id ORDER BY u.n) = 1 THEN 'done' ELSE 'replay' END,
        o.id, o.seq, o.points, e.available, e.pending, e.held, e.debt)::ledger.result
    FROM unnest(p_source, p_key) WITH ORDINALITY u (source, key, n)
    JOIN ledger.op o ON o.source = u.source AND o.key = u.key
    JOIN ledger.entry e ON e.account = o.account AND e.seq = o.seq
    ORDER BY u.n;
END $$;
-- +goose StatementEnd

-- take moves up to p_points of an account's active points to a bucket, those that expire
-- first before the others, and answers how many it found.
-- +goose StatementBegin
CREATE FUNCTION ledger.take(p_account bigint, p_seq bigint, p_points bigint, p_not_lot bigint, p_bucket text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    l     record;
    lots  bigint[];
    takes bigint[];
    taken bigint := 0;
BEGIN
    -- A cursor that stops early: an account may have thousands of lots.
    FOR l IN SELECT id, active FROM ledger.lot WHERE account = p_account AND active > 0 AND id <> p_not_lot ORDER BY expires_at, id LOOP
        EXIT WHEN taken = p_points;
        lots := lots || l.id;
        takes := takes || least(l.active, p_points - taken);
        taken := taken + least(l.active, p_points - taken);
    END LOOP;
    IF taken > 0 THEN
        INSERT INTO ledger.lot_move (account, seq, lot, from_bucket, to_bucket, points)
        SELECT p_account, p_seq, u.lot, 'active', p_bucket, u.points FROM unnest(lots, takes) u (lot, points);
    END IF;
    RETURN taken;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION ledger.redeem(p_account bigint, p_source text, p_key text, p_req_hash bytea, p_points bigint,
    p_actor text, p_reason text, p_at timestamptz) RETURNS ledger.result LANGUAGE plpgsql
-- Planning its many small statements anew would cost a fifth of it.
SET plan_cache_mode = force_generic_plan AS $$
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
    r.available := a.available;
    IF a.available < p_points THEN
        r.status := 'insufficient';
        RETURN r;
    END IF;
    IF ledger.take(p_account, a.seq + 1, p_points, 0, 'spent') <> p_points THEN
        RAISE EXCEPTION 'account % has fewer points in lots than available', p_account USING ERRCODE = 'KL004';
    END IF;
    INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'redemption', p_account, a.seq + 1, -p_points, p_actor, p_reason, p_at)
    RETURNING 'done', id, seq, points, a.available - p_points, a.pending, a.held, a.debt INTO r;
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
    p_actor text, p_reason text, p_at timestamptz) RETURNS ledger.result LANGUAGE plpgsql
-- Planning its many small statements anew would cost a fifth of it.
SET plan_cache_mode = force_generic_plan AS $$
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
    INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, debt, refs_op, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'reversal', o.account, a.seq + 1, d.points, d.debt, p_of, p_actor, p_reason, p_at);
    SELECT 'done', x.op, x.seq, x.points, x.available, x.pending, x.held, x.debt INTO r
        FROM ledger.replay(p_source, p_key, p_req_hash) x;
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
    WHERE l.account = p_account AND (l.active > 0 OR l.pending > 0) AND m.points > 0;
    INSERT INTO ledger.op (source, key, req_hash, kind, account, seq, points, actor, reason, at)
    VALUES (p_source, p_key, p_req_hash, 'merger', p_account, a.seq + 1, -a.available - a.pending, p_actor, p_reason, p_at)
    RETURNING 'done', id, seq, points, 0, 0, a.held, a.debt INTO r;
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
