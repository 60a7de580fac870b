-- A request that was completed, with Graph's word for what it asked for and when that was, in ticks. Its state is its
-- assignment's, and which assignment that is never changes.
CREATE TABLE assignment_request (
    id           TEXT PRIMARY KEY,
    assignment   TEXT NOT NULL REFERENCES assignment (id),
    request_type TEXT NOT NULL,
    completed    INTEGER NOT NULL
) STRICT;
CREATE INDEX assignment_request_by_assignment ON assignment_request (assignment, completed);
