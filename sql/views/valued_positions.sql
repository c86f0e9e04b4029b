-- title: The positions of the night's statement in units that a price is for
-- scope: account
-- reads: statement_positions, contract_multipliers, account_currencies, currencies
-- columns:
--   units: the quantity times the multiplier of a contract; null where the multiplier is not known [units]
--   digits: how many digits the account's currency has [digits]
--
-- A price is for one share, one coin, or one unit of what an option contract delivers. Of another
-- class (a bond is priced in per cent), of an adjusted contract that nothing tells the multiplier of,
-- and of a line whose quantity cannot be read, no units are known.
select
    positions.* exclude (system_date),
    case
        when not coalesce(positions.asset_class, '') in ('us_equity', 'us_option', 'crypto')
            then null
        when positions.asset_class <> 'us_option' then positions.qty
        when contracts.multiplier is null
            and regexp_full_match(positions.symbol, '.*\d{7}[CP]\d{8}')
            then null
        else try((positions.qty * coalesce(contracts.multiplier, 100))::decimal(38, 9))
    end as units,
    coalesce(currencies.minor_units, 2)::int as digits
from statement_positions as positions
left join contract_multipliers as contracts on contracts.symbol = positions.symbol
left join account_currencies as accounts on accounts.account_id = positions.account_id
left join currencies on currencies.currency = accounts.currency
where positions.system_date = $system_date::date
