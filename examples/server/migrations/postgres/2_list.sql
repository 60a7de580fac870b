-- Lists are filtered by these, too.
ALTER TABLE assignment
    ADD COLUMN access_package TEXT COLLATE "C" GENERATED ALWAYS AS (stored::jsonb ->> 'accessPackage') STORED,
    ADD COLUMN target         TEXT COLLATE "C" GENERATED ALWAYS AS (stored::jsonb ->> 'target') STORED;
CREATE INDEX assignment_by_access_package ON assignment (access_package, id);
CREATE INDEX assignment_by_access_package_and_state ON assignment (access_package, state, id);
CREATE INDEX assignment_by_target ON assignment (target, id);
