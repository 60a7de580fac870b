-- A catalog is stored with its privilege level, which was not asked for until now: it is not known.
ALTER TABLE assignment DROP COLUMN catalog;
UPDATE assignment
SET stored = json_set(stored, '$.catalog', json_object('id', stored ->> 'catalog', 'privilegeLevel', NULL));
ALTER TABLE assignment ADD COLUMN catalog TEXT NOT NULL AS (stored ->> '$.catalog.id');
ALTER TABLE assignment ADD COLUMN privilege_level TEXT AS (stored ->> '$.catalog.privilegeLevel');
