create table public.campaigns (
  id uuid primary key default gen_random_uuid(),
  owner_id uuid not null references public.profiles (id) on delete cascade,
  name text not null check (char_length(name) between 1 and 200),
  subject text not null default '',
  body text not null default '',
  status public.campaign_status not null default 'draft',
  scheduled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint campaigns_scheduled_has_time check (status <> 'scheduled' or scheduled_at is not null)
);

create index campaigns_owner_id on public.campaigns (owner_id);
create index campaigns_due on public.campaigns (scheduled_at) where status = 'scheduled';

create trigger campaigns_updated_at before update on public.campaigns
for each row execute function public.set_updated_at();

alter table public.campaigns enable row level security;

create policy campaigns_own on public.campaigns
for all to authenticated using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);

revoke all on table public.campaigns from anon, authenticated;
grant select, insert, update, delete on table public.campaigns to authenticated;
grant all on table public.campaigns to service_role;
