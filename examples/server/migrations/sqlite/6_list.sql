-- Lists are filtered by these, too.
ALTER TABLE assignment ADD COLUMN access_package TEXT AS (stored ->> '$.accessPackage');
ALTER TABLE assignment ADD COLUMN target TEXT AS (stored ->> '$.target');
CREATE INDEX assignment_by_access_package ON assignment (access_package, id);
CREATE INDEX assignment_by_access_package_and_state ON assignment (access_package, state, id);
CREATE INDEX assignment_by_target ON assignment (target, id);
