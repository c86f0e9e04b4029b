-- Opening + activity = closing, against the statement, per account and symbol. The difference is
-- explained where a break of another rule on the same account and symbol amounts to the same, or
-- all breaks of one rule together.
with

open as (

    select rule, account_id, symbol, difference
    from verdicts
    where verdict in ('break', 'pending')
        and not starts_with(rule, 'statements/')
        and unit = symbol

),

breaks as (

    select account_id, symbol, abs(difference) as size
    from open
    union
    select account_id, symbol, abs(sum(difference))
    from open
    group by rule, account_id, symbol

),

explained as (

    select
        positions_proof.*,
        case when breaks.size is not null then difference else 0 end as explained
    from positions_proof
    left join breaks
        on breaks.account_id = positions_proof.account_id
        and breaks.symbol = positions_proof.symbol
        and breaks.size = abs(positions_proof.difference)

)

select
    account_id,
    symbol,
    plain(opening) as opening,
    plain(activity) as activity,
    plain(closing) as closing,
    coalesce(plain(statement), '') as statement,
    coalesce(plain(difference), '') as difference,
    plain(explained) as explained,
    coalesce(plain(difference - explained), '') as unexplained
from explained
order by account_id, symbol
