-- Opening + activity = closing, against the statement, per account and currency. The difference is
-- explained where a break of another rule on the same account amounts to the same.
with

breaks as (

    select distinct account_id, unit, abs(difference) as size
    from verdicts
    where verdict in ('break', 'pending') and not starts_with(rule, 'statements/')

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
    plain(settled) as settled
from explained
order by account_id, currency
