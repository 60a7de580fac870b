-- What can be granted, and to whom, as it was seeded. Instants are ticks of 100 nanoseconds since 1970.
CREATE TABLE object (
    id           TEXT PRIMARY KEY,
    type         TEXT NOT NULL,
    object       TEXT NOT NULL,
    visible_from INTEGER NOT NULL,
    is_deleted   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Who holds what. A grant is held from `effective_from` to before `end_ticks`, and a `GET` sees it from `visible_from` on.
CREATE TABLE grants (
    number         INTEGER PRIMARY KEY,
    kind           TEXT NOT NULL,
    resource       TEXT NOT NULL,
    role           TEXT NOT NULL,
    principal      TEXT NOT NULL,
    start_ticks    INTEGER NOT NULL,
    end_ticks      INTEGER,
    effective_from INTEGER NOT NULL,
    visible_from   INTEGER NOT NULL,
    UNIQUE (kind, resource, role, principal)
) STRICT;
-- Each of them is in the order of `number`, which is the order of pages.
CREATE INDEX grants_by_resource ON grants (kind, resource);
CREATE INDEX grants_by_principal ON grants (kind, principal);

-- Every write that came as far as being judged. The status is null if the answer was lost.
CREATE TABLE log (
    number      INTEGER PRIMARY KEY,
    at_ticks    INTEGER NOT NULL,
    method      TEXT NOT NULL,
    path        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    resource    TEXT NOT NULL,
    role        TEXT NOT NULL,
    principal   TEXT NOT NULL,
    end_ticks   INTEGER,
    status      INTEGER,
    carried_out INTEGER NOT NULL
) STRICT;

-- The rules of the faults, and how often each has fired.
CREATE TABLE fault (
    id    INTEGER PRIMARY KEY,
    rule  TEXT NOT NULL,
    fired INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One row: how often the process has started, and the permissions of its caller, a list in JSON; null for all.
CREATE TABLE setting (
    starts      INTEGER NOT NULL,
    permissions TEXT
) STRICT;
INSERT INTO setting VALUES (0, NULL);
