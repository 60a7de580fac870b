-- When somebody has to look after an assignment next, in ticks: now if there is something to do, at the end of the lease
-- while a worker has it, else at its end; never once it is expired. `lease` rises with each claim, `tries` counts those of
-- this attempt, and `unread_by` is the version of the server that could not load what is stored.
ALTER TABLE assignment ADD COLUMN due INTEGER;
ALTER TABLE assignment ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assignment ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE assignment ADD COLUMN unread_by TEXT;
UPDATE assignment SET due = CASE state WHEN 'delivering' THEN 0 WHEN 'expired' THEN NULL ELSE end_ticks END;

DROP INDEX assignment_by_state;
DROP INDEX assignment_by_end;
CREATE INDEX assignment_by_due ON assignment (due) WHERE due IS NOT NULL;
CREATE INDEX assignment_by_end ON assignment (end_ticks) WHERE end_ticks IS NOT NULL AND state <> 'expired';
CREATE INDEX assignment_by_state ON assignment (state, id);
CREATE INDEX assignment_by_catalog ON assignment (catalog, id);
CREATE INDEX assignment_by_catalog_and_state ON assignment (catalog, state, id);
CREATE INDEX assignment_by_unread ON assignment (unread_by) WHERE unread_by IS NOT NULL;

-- The key of a row is the id inside what is stored, and what is delivering is looked after. Rows from before that are not so
-- stay, and are set aside when they are loaded.
CREATE TRIGGER assignment_inserted BEFORE INSERT ON assignment
    WHEN NEW.id IS NOT NEW.stored ->> 'id' OR NEW.stored ->> 'state' = 'delivering' AND NEW.due IS NULL
    BEGIN SELECT RAISE(ABORT, 'an assignment and its row do not fit'); END;
CREATE TRIGGER assignment_updated BEFORE UPDATE ON assignment
    WHEN (NEW.id IS NOT OLD.id OR NEW.stored IS NOT OLD.stored)
        AND (NEW.id IS NOT NEW.stored ->> 'id' OR NEW.stored ->> 'state' = 'delivering' AND NEW.due IS NULL)
    BEGIN SELECT RAISE(ABORT, 'an assignment and its row do not fit'); END;
