-- The directory is a process of its own.
DROP TABLE grants;
DROP TABLE deleted_resource;
