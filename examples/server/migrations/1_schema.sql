-- An assignment in its stored form. The columns beside it are copies that can be searched; saving
-- writes all of them, and raises the version.
CREATE TABLE assignment (
    id        TEXT PRIMARY KEY,
    version   INTEGER NOT NULL,
    catalog   TEXT NOT NULL,
    state     TEXT NOT NULL,
    end_ticks INTEGER,
    stored    TEXT NOT NULL
) STRICT;
CREATE INDEX assignment_by_state ON assignment (state);
CREATE INDEX assignment_by_end ON assignment (end_ticks) WHERE end_ticks IS NOT NULL;

-- What an access package gives now. One that is not in the first table is not known; one without rows
-- in the second gives nothing.
CREATE TABLE access_package (id TEXT PRIMARY KEY) STRICT;
CREATE TABLE package_resource_role (
    access_package     TEXT NOT NULL REFERENCES access_package,
    origin_system      TEXT NOT NULL,
    resource_origin_id TEXT NOT NULL,
    role_origin_id     TEXT NOT NULL,
    PRIMARY KEY (access_package, origin_system, resource_origin_id, role_origin_id)
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
    target             TEXT NOT NULL,
    origin_system      TEXT NOT NULL,
    resource_origin_id TEXT NOT NULL,
    role_origin_id     TEXT NOT NULL,
    PRIMARY KEY (target, origin_system, resource_origin_id, role_origin_id)
) STRICT;
CREATE TABLE deleted_resource (resource_origin_id TEXT PRIMARY KEY) STRICT;
