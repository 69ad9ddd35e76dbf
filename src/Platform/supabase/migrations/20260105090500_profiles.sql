create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text not null default '' check (char_length(display_name) <= 120),
  sender_address text check (sender_address like '%_@_%'),
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create trigger profiles_updated_at before update on public.profiles
for each row execute function public.set_updated_at();

alter table public.profiles enable row level security;

create policy profiles_read_own on public.profiles
for select to authenticated using ((select auth.uid()) = id);

create policy profiles_create_own on public.profiles
for insert to authenticated with check ((select auth.uid()) = id);

create policy profiles_change_own on public.profiles
for update to authenticated using ((select auth.uid()) = id) with check ((select auth.uid()) = id);

-- Supabase grants everything on new tables to anon; a visitor has no business here.
revoke all on table public.profiles from anon, authenticated;
grant select, insert, update on table public.profiles to authenticated;
grant all on table public.profiles to service_role;
