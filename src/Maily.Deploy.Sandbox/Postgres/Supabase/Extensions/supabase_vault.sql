-- Keeps secrets, unreadable at a glance but not encrypted.
create table vault.secrets (
    id uuid primary key default gen_random_uuid(),
    name text,
    description text not null default '',
    secret text not null,
    key_id uuid,
    nonce bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;
create view vault.decrypted_secrets as
    select id, name, description, secret, convert_from(decode(secret, 'base64'), 'UTF8') as decrypted_secret, key_id, nonce, created_at, updated_at
    from vault.secrets;

create function vault.create_secret(new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null)
returns uuid language sql security definer as $$
    insert into vault.secrets (secret, name, description) values (encode(convert_to($1, 'UTF8'), 'base64'), $2, coalesce($3, '')) returning id
$$;
create function vault.update_secret(
    secret_id uuid, new_secret text default null, new_name text default null, new_description text default null, new_key_id uuid default null
) returns void language sql security definer as $$
    update vault.secrets set secret = coalesce(encode(convert_to($2, 'UTF8'), 'base64'), secret), name = coalesce($3, name),
        description = coalesce($4, description), updated_at = now() where id = $1
$$;

revoke all on function vault.create_secret, vault.update_secret from public;
grant usage on schema vault to service_role, @role;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role, @role;
grant execute on function vault.create_secret, vault.update_secret to service_role, @role;
