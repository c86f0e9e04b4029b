-- Opening + activity = closing, against the statement, per account and currency. The difference is
-- explained where a break of another rule on the same account amounts to the same, or all breaks of
-- one rule together; a lost execution amounts to what the order's average price says of it. Where
-- the opening is not known there is no difference.
with

open as (

    select rule, account_id, unit, difference, subject
    from verdicts
    where verdict in ('break', 'pending') and not starts_with(rule, 'statements/')

),

amounts as (

    select rule, account_id, unit, difference
    from open
    union all
    select open.rule, open.account_id, missing_fills.currency, missing_fills.cash
    from open
    inner join missing_fills
        on missing_fills.account_id = open.account_id
        and open.subject = 'order ' || missing_fills.order_id
    where open.rule = 'trades/order_quantity_differs'

),

breaks as (

    select account_id, unit, abs(difference) as size
    from amounts
    union
    select account_id, unit, abs(sum(difference))
    from amounts
    group by rule, account_id, unit

),

explained as (

    select
        cash_proof.*,
        case when breaks.size is not null then difference else 0 end as explained
    from cash_proof
    left join breaks
        on breaks.account_id = cash_proof.account_id
        and breaks.unit = cash_proof.currency
        and breaks.size = abs(cash_proof.difference)

)

select
    account_id,
    currency,
    plain(opening) as opening,
    plain(activity) as activity,
    plain(closing) as closing,
    coalesce(plain(statement), '') as statement,
    coalesce(plain(difference), '') as difference,
    plain(explained) as explained,
    coalesce(plain(difference - explained), '') as unexplained,
    plain(settled) as settled,
    opening_is_known::varchar as opening_is_known
from explained
order by account_id, currency
