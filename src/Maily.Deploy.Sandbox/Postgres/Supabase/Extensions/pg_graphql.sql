-- Answers each query with an error.
create function graphql.resolve(query text, variables jsonb default '{}', "operationName" text default null, extensions jsonb default null)
returns jsonb language sql stable as $$ select '{"data": null, "errors": [{"message": "there is no GraphQL here"}]}'::jsonb $$;
create function graphql.comment_directive(comment_ text) returns jsonb language sql immutable as $$
    select coalesce((regexp_match($1, '@graphql\((.+)\)'))[1]::jsonb, '{}')
$$;
grant usage on schema graphql to anon, authenticated, service_role, @role;
