-- For a developer's own database: one person with a campaign that can be sent.
insert into auth.users (id, email)
values ('00000000-0000-4000-8000-000000000001', 'ada@maily.example')
on conflict (id) do nothing;

insert into public.profiles (id, display_name, sender_address)
values ('00000000-0000-4000-8000-000000000001', 'Ada', 'ada@maily.example')
on conflict (id) do nothing;

insert into public.campaigns (id, owner_id, name, subject, body)
values (
  '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', 'Welcome', 'Hello', 'Glad you are here.'
)
on conflict (id) do nothing;

insert into public.recipients (id, owner_id, email)
values ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000001', 'grace@maily.example')
on conflict (id) do nothing;

insert into public.credits (profile_id, amount, reason)
select '00000000-0000-4000-8000-000000000001', 1000, 'seed'
where not exists (select 1 from public.credits where reason = 'seed');
