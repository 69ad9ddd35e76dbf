create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role dashboard_user nologin createdb createrole replication;
create role supabase_auth_admin login noinherit createrole;
create role supabase_storage_admin login noinherit createrole;
create role supabase_functions_admin login noinherit createrole;
create role supabase_realtime_admin nologin noinherit;
create role supabase_replication_admin login replication;
create role supabase_read_only_user login bypassrls in role pg_read_all_data;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to @role with admin option;
-- Projects drop triggers on auth.users and write policies on storage.objects and realtime.messages, which takes their owners' rights.
-- Supabase gives these alone, here come all: what only an owner may do otherwise, ALTER TABLE for instance, it would refuse.
grant supabase_auth_admin, supabase_realtime_admin, supabase_storage_admin to @role;
grant pg_monitor, pg_read_all_data, pg_signal_backend to @role;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter database @database owner to @role;
alter database @database set search_path = "$user", public, extensions;

grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role @role in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges for role @role in schema public grant all on functions to anon, authenticated, service_role;
alter default privileges for role @role in schema public grant all on sequences to anon, authenticated, service_role;

create schema extensions authorization @role;
grant usage on schema extensions to anon, authenticated, service_role;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;

create publication supabase_realtime;
alter publication supabase_realtime owner to @role;
