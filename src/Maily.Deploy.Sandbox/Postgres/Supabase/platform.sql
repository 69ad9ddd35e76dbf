-- What every hosted project has besides; Supabase's own extensions only where the server may show stand-ins for them.
create extension pg_stat_statements with schema extensions;
do $$
declare
    extension text;
begin
    for extension in select name from pg_available_extensions where name in ('pg_graphql', 'supabase_vault') loop
        execute format('create extension %I', extension);
    end loop;
end $$;

create schema graphql_public;
grant usage on schema graphql_public to anon, authenticated, service_role, @role;
create function graphql_public.graphql("operationName" text default null, query text default null, variables jsonb default null, extensions jsonb default null)
returns jsonb language plpgsql as $$
begin
    return graphql.resolve(query, coalesce(variables, '{}'), "operationName", extensions);
end $$;

create schema supabase_functions authorization supabase_functions_admin;
grant usage on schema supabase_functions to anon, authenticated, service_role, @role;
create function supabase_functions.http_request() returns trigger language plpgsql security definer as $$
begin
    return coalesce(new, old);
end $$;
alter function supabase_functions.http_request() owner to supabase_functions_admin;
