-- An assignment in its stored form. What is searched by is taken from it by the database, so that the two
-- cannot disagree; but for the end, which has no order as text. It never changes.
CREATE TABLE assignment (
    id        TEXT PRIMARY KEY,
    version   INTEGER NOT NULL DEFAULT 0,
    end_ticks INTEGER,
    stored    TEXT NOT NULL,
    catalog   TEXT NOT NULL AS (stored ->> 'catalog'),
    state     TEXT NOT NULL AS (stored ->> 'state')
) STRICT;
CREATE INDEX assignment_by_state ON assignment (state);
CREATE INDEX assignment_by_end ON assignment (end_ticks) WHERE end_ticks IS NOT NULL;

-- What an access package gives now, a list in JSON.
CREATE TABLE access_package (
    id    TEXT PRIMARY KEY,
    gives TEXT NOT NULL
) STRICT;

-- Who holds which role, and where: the roles of entitlement management, which are in no token.
CREATE TABLE role_assignment (
    principal    TEXT NOT NULL,
    role         TEXT NOT NULL,
    app_scope_id TEXT NOT NULL,
    PRIMARY KEY (principal, role, app_scope_id)
) STRICT;

-- The directory: it stands for groups, applications and sites, which are elsewhere in earnest.
CREATE TABLE grants (
    target        TEXT NOT NULL,
    resource_role TEXT NOT NULL,
    PRIMARY KEY (target, resource_role)
) STRICT;
CREATE TABLE deleted_resource (resource_origin_id TEXT PRIMARY KEY) STRICT;
