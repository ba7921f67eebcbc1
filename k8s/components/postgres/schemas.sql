-- What the database must have before the first start: a role and a schema for each service, none of which sees the others'. Made by a
-- role that owns the database and may create roles. Roles are the server's, so one suite for each server. The services make their
-- tables themselves. k8s/secret.sh puts passwords in the place of CHANGE-ME.
--   psql -1 -v ON_ERROR_STOP=1 -f schemas.sql "dbname=oversight"
CREATE ROLE forces LOGIN PASSWORD 'CHANGE-ME';
CREATE ROLE concerns LOGIN PASSWORD 'CHANGE-ME';
CREATE ROLE monitoring LOGIN PASSWORD 'CHANGE-ME';
-- The owner of a schema must be a role that one belongs to. A superuser needs these three not, and they harm nobody.
GRANT forces, concerns, monitoring TO CURRENT_USER;
CREATE SCHEMA forces AUTHORIZATION forces;
CREATE SCHEMA concerns AUTHORIZATION concerns;
CREATE SCHEMA monitoring AUTHORIZATION monitoring;
