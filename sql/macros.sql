-- What tables and rules calculate in one way. Available in every file of sql/.

-- A decimal from its text without ever rounding: more than nine digits after the point give null, and
-- so does what no book holds, 10^15 and more (recon/warehouse/set_aside.py says why that much).
create or replace macro exact_decimal(digits) as
    case when regexp_full_match(digits, '-?0*\d{1,15}(\.\d{1,9}0*)?')
    then try_cast(digits as decimal(38, 9)) end;

-- The same of a number printed in a text, which may have its thousands apart.
create or replace macro printed_decimal(digits) as exact_decimal(
    if(regexp_full_match(digits, '-?\d{1,3}(,\d{3})+(\.\d+)?'), replace(digits, ',', ''), digits)
);

-- A rate of exchange, which may have eighteen digits after the point.
create or replace macro exact_rate(digits) as
    case when regexp_full_match(digits, '0*\d{1,15}(\.\d{1,18}0*)?')
    then try_cast(digits as decimal(38, 18)) end;

-- A product that 10,000 like it can be added to; null where it is 10^24 or more.
create or replace macro product(a, b) as
    case when abs(try(a * b)) < 1000000000000000000000000 then try(a * b) end;

-- Money rounded half away from zero to as many digits as its currency has.
create or replace macro round_money(amount, digits) as case digits
    when 0 then round(amount, 0)::decimal(38, 9) when 3 then round(amount, 3)::decimal(38, 9)
    else round(amount, 2)::decimal(38, 9) end;

-- Money rounded up to as many digits as its currency has.
create or replace macro round_up(amount, digits) as case digits
    when 0 then ceil(amount)::decimal(38, 9)
    when 3 then (ceil(amount * 1000) * 0.001)::decimal(38, 9)
    else (ceil(amount * 100) * 0.01)::decimal(38, 9) end;

-- The smallest amount of a currency of so many digits.
create or replace macro minor_unit(digits) as case digits
    when 0 then 1.0 when 3 then 0.001 else 0.01 end;

-- A published side as buy, sell or sell_short. Of the sides `undisclosed`, `cross` and `cross_short`
-- nobody can say who bought: they stay as they are, and nothing is booked of them.
create or replace macro buy_or_sell(side) as case side
    when 'buy_minus' then 'buy' when 'sell_plus' then 'sell'
    when 'sell_short_exempt' then 'sell_short' else side end;

-- A decimal as text, without trailing zeros.
create or replace macro plain(number) as
    regexp_replace(number::decimal(38, 9)::varchar, '\.?0+$', '');

-- When an id says that it was published, as a text that sorts: the millisecond of a ULID, since two of
-- one millisecond may compare backwards, else the integer that came before there were ULIDs.
create or replace macro publication(id) as case
    when regexp_full_match(id, '[0-7][0-9A-HJKMNP-TV-Z]{25}') then left(id, 10)
    when regexp_full_match(id, '\d{1,18}') then lpad(id, 20, '0') end;

-- An instant without its nanoseconds, cut downwards: a cast would round 19:59:59.9999996 into the next
-- trade date.
create or replace macro to_microseconds(instant) as make_timestamptz(epoch_ns(instant) // 1000);

-- A subject that names one thing: `more` is added only where an account has two of one name and symbol,
-- since a break's id is made of the subject.
create or replace macro unique_subject(account_id, symbol, subject, more) as
    subject || if(count(*) over (partition by account_id, symbol, subject) > 1, ' ' || more, '');

-- The same for a corporate action: what tells two apart is the action's id, or its first date.
create or replace macro action_subject(account_id, symbol, group_key, subject) as unique_subject(
    account_id, symbol, subject,
    regexp_replace(substr(group_key, length(account_id) + 2), '^\S+ ', '')
);

-- The fetch that brought an event. `receipt_order` is made of the fetch, the segment within it (four
-- digits) and the row within that (five digits).
create or replace macro fetch_of(receipt_order) as receipt_order // 1000000000;

-- The day that an instant belongs to, of type timestamp with time zone: a day of the broker begins at
-- 20:00 New York the evening before. Where it is no session, `calendar.session_date` says which.
create or replace macro broker_day(instant) as
    (instant at time zone 'America/New_York' + interval 4 hours)::date;

-- The account of a ledger account of a customer (`C:{account}:…`) or a firm (`F:{account}:…`); null
-- for any other.
create or replace macro account_of(ledger_account) as
    nullif(regexp_extract(ledger_account, '^[CF]:([^:]*):', 1), '');

-- Half of the last printed digit of a number with so many decimals (0 to 9).
create or replace macro half_digit(decimals) as ([
    0.5, 0.05, 0.005, 0.0005, 0.00005, 0.000005, 0.0000005, 0.00000005, 0.000000005, 0.0000000005
]::decimal(11, 10)[])[decimals + 1];

-- Whether an activity of that status is booked: neither pending nor canceled.
create or replace macro is_booked(status) as status in ('executed', 'correct');

-- The verdict on what a setting may forbid, by whether it allowed it when it was asked for (null where
-- that is not known) and when it happened: what was asked for in time may still happen.
create or replace macro permitted(when_asked, when_done) as case
    when not when_asked then 'break'
    when when_done then 'pass'
    when when_asked and not when_done then 'within_tolerance'
    else 'not_evaluated' end;
