-- title: What the legs of each suspense group come to, up to each date on which one came
-- scope: account
-- reads: movements, contract_multipliers, opening, start_groups
-- columns:
--   system_date: the day up to which the totals are
--   entry_type: the type of the legs
--   cash: cash that the exercise moved [currency]
--   is_carried: whether the row is what the closing carried
--
-- One row per group and date. Legs on both sides of the closing that a night begins with add up:
-- its totals are the first row. `rounded_by` is what printing may have cut off the added legs. Cash
-- that no sum holds is not owed, so that its group stays open.
with

legs as (

    select
        contra, account_id, system_date, entry_type, entry_sub_type, ca_leg, qty, cash, symbol,
        if(part = 'reversal', -1, 1) as counted,
        if(entry_type in ('OPASN', 'OPEXC'), regexp_extract(
            symbol, '^(.+)\d{6}([CP])(\d{8})$', ['root', 'side', 'strike']
        ), null) as contract,
        if(ca_leg in ('ADD', 'RETURN'), abs(qty) * multiplier * half_digit(price_dp), 0)
        + if(net_amount <> 0, 0.005, 0) as rounded_by
    from movements
    where not is_memo
        and (starts_with(contra, 'SUSP:CA:') or starts_with(contra, 'SUSP:OP'))

),

owed as (

    select
        legs.*,
        case contract.side when 'C' then -qty when 'P' then qty else 0 end as units,
        regexp_matches(contract.root, '\d$') as is_adjusted,
        if(is_adjusted, contract_multipliers.multiplier, 100) as multiplier,
        coalesce(try_cast(contract.strike as bigint), 0) as strike,
        if(entry_type in ('OPASN', 'OPEXC') and coalesce(contract.side, '') = '', counted, 0)
            as unread
    from legs
    left join contract_multipliers on contract_multipliers.symbol = legs.symbol

),

daily as (

    select
        contra, account_id, system_date, max(entry_type) as entry_type,
        max(entry_sub_type) as entry_sub_type,
        coalesce(sum(counted) filter (where ca_leg = 'REMOVE'), 0) as removed,
        coalesce(sum(counted) filter (where ca_leg = 'ADD'), 0) as added,
        coalesce(sum(counted) filter (where ca_leg = 'RETURN'), 0) as returned,
        coalesce(sum(counted) filter (where ca_leg = 'CASH'), 0) as paid,
        sum(units * multiplier) as shares_owed,
        sum(product(-units * multiplier, strike)) as cash_owed,
        sum(-units * strike) as cash_of_one,
        coalesce(sum(qty) filter (where entry_type = 'OPTRD'), 0) as shares,
        coalesce(sum(cash) filter (where entry_type = 'OPTRD'), 0) as cash,
        max(if(is_adjusted, 1, 0)) as adjusted,
        max(if(is_adjusted and multiplier is null, 1, 0)) as unknown,
        sum(unread) as unread,
        coalesce(sum(counted * rounded_by), 0) as rounded_by,
        false as is_carried
    from owed
    group by contra, account_id, system_date
    union all by name
    select start_groups.*, opening.system_date, true as is_carried
    from start_groups cross join opening

),

so_far as (

    select
        contra, account_id, system_date,
        max(entry_type) over until_then as entry_type,
        max(entry_sub_type) over until_then as entry_sub_type,
        sum(removed) over until_then as removed,
        sum(added) over until_then as added,
        sum(returned) over until_then as returned,
        sum(paid) over until_then as paid,
        sum(shares_owed) over until_then as shares_owed,
        sum(cash_owed) over until_then as cash_owed,
        sum(cash_of_one) over until_then as cash_of_one,
        sum(shares) over until_then as shares,
        sum(cash) over until_then as cash,
        max(adjusted) over until_then as adjusted,
        max(unknown) over until_then as unknown,
        sum(unread) over until_then as unread,
        sum(rounded_by) over until_then as rounded_by,
        is_carried
    from daily
    window until_then as (partition by contra order by system_date)

)

select * from so_far
