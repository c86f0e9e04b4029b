-- title:    Interest was booked more than once
-- severity: S2
-- scope:    account
-- reads:    activities_to_date
-- params:   none
--
-- Interest on cash, on a margin loan or of the bank sweep is booked once for its period, which the
-- older stream prints ("Monthly Int - MAY 2026"); the newer stream only has the settle date. A second
-- line of the same kind, period and amount is money that the broker will want back, or will have to
-- give back, unless one was reversed: lines less reversals may be one at most. A line of another
-- amount is another tier or an adjustment. Whether the amount is right nobody can say: the rates of
-- margin loans are agreed privately, and no stream sends what accrued each day.
-- Coupons (FI) and the income of shares lent (FPSL) are not for a period.
-- The first line may lie before the opening of the books, so all that is archived is counted.
-- Clears when the broker reverses the second line.
with

lines_of_periods as (

    select
        account_id,
        symbol,
        coalesce(entry_sub_type, '') as kind,
        coalesce(
            nullif(description, ''), 'settled ' || coalesce(settle_date, system_date)
        ) as period,
        abs(net_amount) as amount,
        abs(qty) as units,
        abs(sum(sign(if(net_amount = 0, qty, net_amount))))::bigint as standing,
        list(activity_id order by activity_id) as evidence
    from activities_to_date
    where entry_type = 'INT' and coalesce(entry_sub_type, '') not in ('FI', 'FPSL') and is_booked
    group by account_id, symbol, kind, period, amount, units
    having bool_or(in_books)

)

select
    account_id,
    symbol,
    concat_ws(
        ' ', 'interest', nullif(kind, ''), plain(if(amount = 0, units, amount)), 'of', period
    ) as subject,
    if(standing <= 1, 'pass', 'break') as verdict,
    least(standing, 1)::varchar as expected,
    standing::varchar as actual,
    greatest(standing - 1, 0)::decimal(38, 9) as difference,
    'lines' as unit,
    evidence
from lines_of_periods
