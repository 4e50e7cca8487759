-- Spreads the tables over Citus: once, on the coordinator, after the first `regulars migrate`:
-- psql -v ON_ERROR_STOP=1 -f docs/citus.sql
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL citus.multi_shard_modify_mode = 'sequential';
CREATE TEMPORARY TABLE spread ON COMMIT DROP AS SELECT c.relname::text AS name FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'shop_id' AND NOT a.attisdropped
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'jobs';
-- A foreign key may not lead from a table that is not spread yet to one that is: so they go and come back.
CREATE TEMPORARY TABLE pointers ON COMMIT DROP AS
  SELECT conrelid::regclass::text AS name, conname, pg_get_constraintdef(oid) AS said FROM pg_constraint
  WHERE contype = 'f' AND conrelid::regclass::text IN (SELECT name FROM spread);
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT * FROM pointers LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.name, one.conname); END LOOP;
  PERFORM create_reference_table(name::regclass) FROM unnest(ARRAY['accounts', 'people', 'shops']) AS name;
  PERFORM create_distributed_table('customers', 'shop_id', colocate_with => 'none');
  PERFORM create_distributed_table(name::regclass, 'shop_id', colocate_with => 'customers') FROM spread WHERE name <> 'customers';
  FOR one IN SELECT * FROM pointers LOOP EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', one.name, one.conname, one.said); END LOOP;
END $$;
COMMIT;
