-- Securities of which earlier events tell more: a matured bond and its coupons are named by their
-- CUSIP alone, and an adjusted option contract without its multiplier.
select details ->> '$.cusip' as security
from archived_activities
where activity_type in ('FIMAT', 'INT')
    and coalesce(asset_symbol, '') = ''
    and details ->> '$.cusip' <> ''
union
select symbol
from (
    select symbol from archived_trades
    union all
    select unnest(legs ->> '$[*].symbol') from archived_trades
    union all
    select symbol from archived_nta
    union all
    select unnest([asset_symbol, details ->> '$.symbol', details ->> '$.new_contract_symbol'])
    from archived_activities
) as named (symbol)
where regexp_full_match(symbol, '.*\d{7}[CP]\d{8}')
