drop view public.campaign_report;
