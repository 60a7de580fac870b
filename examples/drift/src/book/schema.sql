-- What one check has found so far. An interrupted check goes on from here.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- How far each list of assignments has been read: the next page to read, if it is not the first.
CREATE TABLE list (name TEXT PRIMARY KEY, next TEXT, is_read INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE TABLE package (id INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, name TEXT) STRICT;

-- `read_at` is in ticks. The check does not look for access that was given later.
CREATE TABLE assignment (
    id          INTEGER PRIMARY KEY,
    guid        TEXT NOT NULL UNIQUE,
    package     INTEGER NOT NULL REFERENCES package (id),
    target      TEXT NOT NULL,
    target_type TEXT,
    target_name TEXT,
    end_at      TEXT,
    state       TEXT NOT NULL,
    read_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX assignment_failed ON assignment (state) WHERE state <> 'delivered';

-- What could not be read in a list; `part` is the id of an assignment, if it has one.
CREATE TABLE unreadable (id INTEGER PRIMARY KEY, list TEXT NOT NULL, part TEXT NOT NULL, why TEXT NOT NULL) STRICT;
CREATE INDEX unreadable_part ON unreadable (part);

-- The requests of failed deliveries, which can be reprocessed; `completed` is in ticks.
CREATE TABLE request (assignment TEXT PRIMARY KEY, guid TEXT NOT NULL, completed INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- A list of the service that tells who has some resource roles. `why` says why it could not be read.
CREATE TABLE listing (
    id         INTEGER PRIMARY KEY,
    resource   TEXT NOT NULL,
    is_missing INTEGER NOT NULL DEFAULT 0,
    why        TEXT
) STRICT;
CREATE UNIQUE INDEX listing_by_resource ON listing (resource);

-- A resource role, as JSON in `origin`; without a listing it cannot be seen.
CREATE TABLE role (
    id      INTEGER PRIMARY KEY,
    origin  TEXT NOT NULL UNIQUE,
    kind    TEXT NOT NULL,
    listing INTEGER REFERENCES listing (id)
) STRICT;
CREATE INDEX role_by_listing ON role (listing);

-- What an assignment owes, and the verdict on it.
CREATE TABLE want (
    role       INTEGER NOT NULL REFERENCES role (id),
    assignment INTEGER NOT NULL REFERENCES assignment (id),
    verdict    INTEGER NOT NULL DEFAULT 0,
    obstacle   TEXT,
    PRIMARY KEY (role, assignment)
) STRICT, WITHOUT ROWID;
CREATE INDEX want_by_assignment ON want (assignment);
-- Used only by queries that say `verdict > 1` to the letter.
CREATE INDEX want_not_present ON want (verdict, assignment) WHERE verdict > 1;

-- How far the restoring of an assignment has got: something may have been `sent`, or it is `done` until
-- another check.
CREATE TABLE restoring (assignment INTEGER PRIMARY KEY REFERENCES assignment (id), step TEXT NOT NULL) STRICT;

-- When an assignment, by its id, last could not be restored; in ticks. It outlives a check, so that others
-- have their turn first.
CREATE TABLE unsuccessful (assignment TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
