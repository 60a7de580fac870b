-- Nobody lists whole catalogs any more.
DROP INDEX assignment_by_catalog;
DROP INDEX assignment_by_catalog_and_state;
