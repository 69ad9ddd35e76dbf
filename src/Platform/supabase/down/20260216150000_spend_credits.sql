drop function public.spend_credits(bigint, text, uuid);
