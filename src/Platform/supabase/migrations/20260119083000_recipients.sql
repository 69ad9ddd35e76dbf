create table public.recipients (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  email text not null check (email like '%_@_%'),
  attributes jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object'),
  unsubscribed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create unique index recipients_owner_email on public.recipients (owner_id, lower(email));

create trigger recipients_updated_at before update on public.recipients
for each row execute function public.set_updated_at();

alter table public.recipients enable row level security;

create policy recipients_own on public.recipients
for all to authenticated using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);

revoke all on table public.recipients from anon, authenticated;
grant select, insert, update, delete on table public.recipients to authenticated;
grant all on table public.recipients to service_role;
