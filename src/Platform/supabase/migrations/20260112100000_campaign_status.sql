create type public.campaign_status as enum ('draft', 'scheduled', 'sending', 'sent', 'failed');

comment on type public.campaign_status is 'The life of a campaign, in order; failed may follow any of them.';
