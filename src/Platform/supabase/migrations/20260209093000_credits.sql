-- A ledger: rows are added and never changed, the balance is their sum.
create table public.credits (
  id bigint generated always as identity primary key,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  amount bigint not null check (amount <> 0),
  reason text not null check (char_length(reason) between 1 and 200),
  campaign_id uuid references public.campaigns (id) on delete set null,
  created_at timestamptz not null default now()
);

create index credits_profile_id on public.credits (profile_id, created_at);
create index credits_campaign_id on public.credits (campaign_id) where campaign_id is not null;

alter table public.credits enable row level security;

create policy credits_read_own on public.credits
for select to authenticated using ((select auth.uid()) = profile_id);

revoke all on table public.credits from anon, authenticated, service_role;
grant select on table public.credits to authenticated;
grant select, insert on table public.credits to service_role;
