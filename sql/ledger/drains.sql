-- title: What suspense gives back once an action has all its legs
-- reads: lines, movements, contract_multipliers
--
-- Legs come one by one, so suspense is closed on each date on which an action is whole, for what it
-- holds then: the same entries whenever the books are made. What counts as whole depends on the
-- type. Shares, and the cost that cash has paid for, go to the issuer; an exercise goes to the
-- street. What an adjusted contract delivers is in its terms, which no stream has, but its strike
-- is paid for each of its multiplier, whichever that is. Cost that two prices round apart goes to rounding within half of the last printed digit
-- of each added leg.
with

half_digit as (

    select [0.5, 0.05, 0.005, 0.0005, 0.00005, 0.000005, 0.0000005, 0.00000005, 0.000000005,
        0.0000000005]::decimal(11, 10)[] as by_scale

),

legs as (

    select
        contra, account_id, system_date, entry_type, entry_sub_type, booked_leg, qty, cash, symbol,
        if(part = 'reversal', -1, 1) as counted,
        if(entry_type in ('OPASN', 'OPEXC'), regexp_extract(
            symbol, '^(.+)\d{6}([CP])(\d{8})$', ['root', 'side', 'strike']
        ), null) as contract,
        if(booked_leg in ('ADD', 'RETURN'), abs(qty) * multiplier * by_scale[price_dp + 1], 0)
        + if(net_amount <> 0, 0.005, 0) as rounded_by
    from movements cross join half_digit
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
        coalesce(sum(counted) filter (where booked_leg = 'REMOVE'), 0) as removed,
        coalesce(sum(counted) filter (where booked_leg = 'ADD'), 0) as added,
        coalesce(sum(counted) filter (where booked_leg = 'RETURN'), 0) as returned,
        coalesce(sum(counted) filter (where booked_leg = 'CASH'), 0) as paid,
        sum(units * multiplier) as shares_owed,
        sum(-units * multiplier * strike) as cash_owed,
        sum(-units * strike) as cash_of_one,
        coalesce(sum(qty) filter (where entry_type = 'OPTRD'), 0) as shares,
        coalesce(sum(cash) filter (where entry_type = 'OPTRD'), 0) as cash,
        max(if(is_adjusted, 1, 0)) as adjusted,
        max(if(is_adjusted and multiplier is null, 1, 0)) as unknown,
        sum(unread) as unread,
        coalesce(sum(counted * rounded_by), 0) as rounded_by
    from owed
    group by contra, account_id, system_date

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
        sum(rounded_by) over until_then + 0.000000001 as rounded_by
    from daily
    window until_then as (partition by contra order by system_date)

),

whole as (

    select
        *,
        if(starts_with(contra, 'SUSP:OPT:'), 'STREET:TRADE', 'EXT:ISSUER') as outside
    from so_far
    where case
        when removed = 0 and added = 0 and returned = 0 and paid = 0 then true
        when starts_with(contra, 'SUSP:OPT:')
            then unread = 0 and (
                (adjusted = 0 and shares = shares_owed and cash * 1000 = cash_owed)
                or (shares = 0 and paid > 0)
                or (adjusted = 1 and shares * cash < 0 and case
                    when unknown = 0 then cash * 1000 = cash_owed
                    else cash * cash_of_one > 0 and cash * 1000 % cash_of_one = 0
                end)
            )
        when entry_type in ('SPIN', 'SSO') then added > 0 and removed = returned
        when entry_type = 'VOF' and removed = 0 then added > 0
        when entry_type = 'VOF' then added > 0 or paid > 0
        when entry_sub_type = 'USPLIT' then removed > 0 and added >= 2 * removed
        when entry_type in ('SPLIT', 'SSP', 'NC', 'SC', 'OPCA') then removed = added
        when entry_sub_type in ('SMA', 'REOS') then removed > 0 and added > 0
        when entry_sub_type in ('CMA', 'REOC') then removed > 0 and paid > 0
        when entry_sub_type in ('SCMA', 'REOSC') then removed > 0 and added > 0 and paid > 0
        else removed > 0 and added + paid > 0
    end

),

held as (

    select
        whole.contra, whole.account_id, whole.system_date, lines.measure, lines.commodity,
        whole.outside, whole.paid, whole.rounded_by, -sum(lines.amount) as balance
    from whole
    inner join lines
        on lines.other_account = whole.contra and lines.system_date <= whole.system_date
    group by all

),

placed as (

    select
        *,
        case
            when measure = 'QTY' or starts_with(contra, 'SUSP:OPT:') then outside
            when abs(balance) <= rounded_by and (measure = 'COST' and paid = 0)
                then 'ROUND:COST'
            when starts_with(contra, 'SUSP:OPCA:') and measure = 'CASH'
                then if(abs(balance) <= rounded_by, 'ROUND:' || commodity, null)
            else outside
        end as place
    from held

),

places as (

    select contra, measure, commodity, unnest(list(distinct place)) as place
    from placed
    group by contra, measure, commodity

),

changes as (

    select
        placed.contra, placed.account_id, placed.system_date, placed.measure, placed.commodity,
        places.place,
        if(placed.place = places.place, placed.balance, 0) as drained
    from placed
    inner join places
        on places.contra = placed.contra
        and places.measure = placed.measure
        and places.commodity = placed.commodity

),

steps as (

    select
        *,
        drained - lag(drained, 1, 0) over (
            partition by contra, measure, commodity, place order by system_date
        ) as amount
    from changes

)

select
    'close ' || regexp_replace(contra, '^SUSP:[A-Z]+:', '') as event,
    contra,
    account_id,
    system_date,
    measure,
    commodity,
    place,
    amount::decimal(38, 9) as amount
from steps
where amount <> 0
