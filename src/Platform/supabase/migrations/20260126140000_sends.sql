create table public.sends (
  id bigint generated always as identity primary key,
  campaign_id uuid not null references public.campaigns (id) on delete cascade,
  recipient_id uuid not null references public.recipients (id) on delete cascade,
  provider_message_id text unique,
  queued_at timestamptz not null default now(),
  sent_at timestamptz,
  -- One letter for each recipient, however often a worker starts over.
  constraint sends_once unique (campaign_id, recipient_id)
);

create index sends_recipient_id on public.sends (recipient_id);
create index sends_waiting on public.sends (queued_at) where sent_at is null;

alter table public.sends enable row level security;

create policy sends_read_own on public.sends
for select to authenticated using (
  exists (
    select 1 from public.campaigns
    where campaigns.id = sends.campaign_id and campaigns.owner_id = (select auth.uid())
  )
);

revoke all on table public.sends from anon, authenticated;
grant select on table public.sends to authenticated;
grant all on table public.sends to service_role;
