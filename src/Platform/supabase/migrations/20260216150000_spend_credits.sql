-- Runs as its owner, because nobody may write the ledger directly; so it names every object in full.
create function public.spend_credits(amount bigint, reason text, campaign_id uuid default null) returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  spender uuid := (select auth.uid());
  balance bigint;
begin
  if spender is null then
    raise exception 'Nobody is signed in.' using errcode = 'insufficient_privilege';
  end if;
  if spend_credits.amount is null or spend_credits.amount <= 0 then
    raise exception 'The amount must be positive.' using errcode = 'invalid_parameter_value';
  end if;

  -- The profile's row is the lock: two calls at once must not both see the same balance.
  perform 1 from public.profiles where profiles.id = spender for update;
  if not found then
    raise exception 'There is no profile.' using errcode = 'no_data_found';
  end if;
  if spend_credits.campaign_id is not null and not exists (
    select 1 from public.campaigns
    where campaigns.id = spend_credits.campaign_id and campaigns.owner_id = spender
  ) then
    raise exception 'There is no such campaign.' using errcode = 'no_data_found';
  end if;

  select coalesce(sum(credits.amount), 0) into balance from public.credits where credits.profile_id = spender;
  if balance < spend_credits.amount then
    raise exception 'Not enough credits: % of %.', balance, spend_credits.amount using errcode = 'check_violation';
  end if;

  insert into public.credits (profile_id, amount, reason, campaign_id)
  values (spender, -spend_credits.amount, spend_credits.reason, spend_credits.campaign_id);
  return balance - spend_credits.amount;
end;
$$;

revoke execute on function public.spend_credits(bigint, text, uuid) from public, anon, service_role;
grant execute on function public.spend_credits(bigint, text, uuid) to authenticated;
