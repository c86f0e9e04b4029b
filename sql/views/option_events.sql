-- title: Each exercise, assignment and expiry of an option, and what was held of the contract before
-- scope: account
-- reads: activities, activity_net_effects, execution_effects, opening, opening_positions, calendar
-- columns:
--   underlying: the root of the contract's symbol, without the digit of an adjusted one
--   is_adjusted: whether the root ends with a digit
--   kind: C for a call, P for a put
--   strike: the price that is paid for a share [currency]
--   last_day: the last session up to the contract's expiry
--   moved: what all such events of the account, the contract and the day move [contracts]
--   held: the position in the contract before them; null where nothing of it is known [contracts]
--
-- One row an activity of the types OPEXC, OPASN and OPEXP that is booked. What a contract is stands
-- in its symbol: root, expiry, kind and strike in thousandths; null where it cannot be read.
-- A contract is traded until its last day ends, so `held` counts everything up to the event's
-- system date but the events of that day themselves.
with

option_activities as (

    select
        account_id,
        activity_id,
        entry_type,
        symbol,
        qty,
        system_date,
        regexp_extract(
            symbol, '^(.+?)(\d?)(\d{6})([CP])(\d{8})$',
            ['underlying', 'digit', 'expiry', 'kind', 'strike']
        ) as contract
    from activities
    where entry_type in ('OPASN', 'OPEXC', 'OPEXP') and is_booked(status)

),

changes as (

    select account_id, symbol, qty, opening.system_date, '' as entry_type
    from opening_positions
    cross join opening
    union all by name
    select account_id, symbol, qty_delta as qty, system_date, '' as entry_type
    from execution_effects
    union all by name
    select account_id, symbol, qty_delta as qty, system_date, entry_type
    from activity_net_effects

),

positions_before as (

    select
        events.account_id,
        events.symbol,
        events.system_date,
        case when count(changes.account_id) = count(changes.qty)
        then sum(changes.qty) end as held
    from (select distinct account_id, symbol, system_date from option_activities) as events
    inner join changes
        on changes.account_id = events.account_id
        and changes.symbol = events.symbol
        and changes.qty is distinct from 0
        and changes.system_date <= events.system_date
        and (changes.system_date < events.system_date
            or changes.entry_type not in ('OPASN', 'OPEXC', 'OPEXP'))
    group by events.account_id, events.symbol, events.system_date

)

select
    events.* exclude (contract),
    nullif(contract.underlying, '') as underlying,
    contract.digit <> '' as is_adjusted,
    nullif(contract.kind, '') as kind,
    (try_cast(contract.strike as bigint) * 0.001)::decimal(38, 9) as strike,
    if(calendar.is_session, calendar.date, calendar.previous_session) as last_day,
    (sum(events.qty) over (
        partition by events.account_id, events.symbol, events.system_date
    ))::decimal(38, 9) as moved,
    held::decimal(38, 9) as held
from option_activities as events
left join calendar
    on calendar.date = try_strptime('20' || contract.expiry, '%Y%m%d')::date
left join positions_before
    on positions_before.account_id = events.account_id
    and positions_before.symbol = events.symbol
    and positions_before.system_date = events.system_date
