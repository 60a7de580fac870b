-- An assignment in its stored form. What is searched by is taken from it by the database, so that the two cannot disagree;
-- but for the end, which has no order as text. It never changes. Ids are sorted by their bytes, as in SQLite.
CREATE TABLE assignment (
    id              TEXT COLLATE "C" PRIMARY KEY,
    version         BIGINT NOT NULL DEFAULT 0,
    end_ticks       BIGINT,
    -- When somebody has to look after it next, in ticks: now if there is something to do, at the end of the lease while a
    -- worker has it, else at its end; never once it is expired.
    due             BIGINT,
    -- Rises with each claim.
    lease           BIGINT NOT NULL DEFAULT 0,
    -- Counts the claims of this attempt.
    tries           BIGINT NOT NULL DEFAULT 0,
    -- The version of the server that could not load what is stored.
    unread_by       TEXT,
    stored          TEXT NOT NULL,
    catalog         TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (stored::jsonb -> 'catalog' ->> 'id') STORED,
    privilege_level TEXT GENERATED ALWAYS AS (stored::jsonb -> 'catalog' ->> 'privilegeLevel') STORED,
    state           TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS (stored::jsonb ->> 'state') STORED,
    CONSTRAINT its_key_is_its_id CHECK (id = stored::jsonb ->> 'id'),
    CONSTRAINT what_is_delivering_is_looked_after CHECK (state <> 'delivering' OR due IS NOT NULL)
);
CREATE INDEX assignment_by_due ON assignment (due) WHERE due IS NOT NULL;
CREATE INDEX assignment_by_end ON assignment (end_ticks) WHERE end_ticks IS NOT NULL AND state <> 'expired';
CREATE INDEX assignment_by_state ON assignment (state, id);
CREATE INDEX assignment_by_catalog ON assignment (catalog, id);
CREATE INDEX assignment_by_catalog_and_state ON assignment (catalog, state, id);
CREATE INDEX assignment_by_unread ON assignment (unread_by) WHERE unread_by IS NOT NULL;

-- What an access package gives now, a list in JSON.
CREATE TABLE access_package (
    id    TEXT PRIMARY KEY,
    gives TEXT NOT NULL
);

-- Who holds which role, and where: the roles of entitlement management, which are in no token.
CREATE TABLE role_assignment (
    principal    TEXT NOT NULL,
    role         TEXT NOT NULL,
    app_scope_id TEXT NOT NULL,
    PRIMARY KEY (principal, role, app_scope_id)
);

-- A request that was completed, with Graph's word for what it asked for and when that was, in ticks. Its state is its
-- assignment's, and which assignment that is never changes.
CREATE TABLE assignment_request (
    id           TEXT PRIMARY KEY,
    assignment   TEXT COLLATE "C" NOT NULL REFERENCES assignment (id),
    request_type TEXT NOT NULL,
    completed    BIGINT NOT NULL
);
CREATE INDEX assignment_request_by_assignment ON assignment_request (assignment, completed);
