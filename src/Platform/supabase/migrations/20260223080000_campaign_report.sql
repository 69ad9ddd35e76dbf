-- security_invoker: the reader's own policies decide which campaigns are counted.
create view public.campaign_report
with (security_invoker = true) as
select
  campaigns.id as campaign_id,
  campaigns.name,
  campaigns.status,
  count(distinct sends.id) as queued,
  count(distinct sends.id) filter (where sends.sent_at is not null) as sent,
  count(distinct events.send_id) filter (where events.kind = 'opened') as opened,
  count(distinct events.send_id) filter (where events.kind = 'clicked') as clicked,
  count(distinct events.send_id) filter (where events.kind = 'bounced') as bounced
from public.campaigns
left join public.sends on sends.campaign_id = campaigns.id
left join public.events on events.send_id = sends.id
group by campaigns.id;

revoke all on table public.campaign_report from anon, authenticated;
grant select on table public.campaign_report to authenticated, service_role;
