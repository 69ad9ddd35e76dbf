create table public.events (
  id bigint generated always as identity primary key,
  send_id bigint not null references public.sends (id) on delete cascade,
  kind text not null check (kind in ('delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed')),
  detail jsonb not null default '{}',
  occurred_at timestamptz not null default now()
);

create index events_send_id_kind on public.events (send_id, kind);
-- Events arrive in the order of their time, and are read by ranges of it.
create index events_occurred_at on public.events using brin (occurred_at);

alter table public.events enable row level security;

create policy events_read_own on public.events
for select to authenticated using (
  exists (
    select 1
    from public.sends
    join public.campaigns on campaigns.id = sends.campaign_id
    where sends.id = events.send_id and campaigns.owner_id = (select auth.uid())
  )
);

revoke all on table public.events from anon, authenticated;
grant select on table public.events to authenticated;
grant all on table public.events to service_role;
