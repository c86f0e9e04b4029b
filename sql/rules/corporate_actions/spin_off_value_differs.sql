-- title:    A spin-off changed the cost of what is held
-- severity: S3
-- scope:    account
-- reads:    activities_to_date, corporate_action_groups, calendar
-- params:   system_date
--
-- A spin-off divides the cost of the source between the source and the new company. The broker
-- shows it on two cost legs of the source: it leaves at its old price (REMOVE) and comes back at a
-- lower one (ADD), and the new shares have the rest. What leaves is exact; the prices of what is
-- added are rounded to as many digits as are printed, so the cost may differ by each added quantity
-- times half a unit of its last printed digit (half-ulp law): within tolerance. A price of zero was
-- not rounded and adds nothing to that.
-- The cost legs come hours or days after the shares, or not at all: pending until the next
-- settlement day, then `not_evaluated`. So is a price that is missing, and new shares at a price of
-- zero, which is how the activity stream prints that it has none.
-- All that is archived is read, since a leg may lie before the opening of the books.
-- A break is a wrong cost, not wrong money; it clears when the legs are booked anew.
with

legs as (

    select
        account_id,
        group_key,
        ca_leg,
        coalesce(symbol = source_symbol, false) as is_source,
        price,
        abs(qty) * price as cost,
        if(price = 0, 0, abs(qty) * half_digit(price_dp)) as rounded_by
    from activities_to_date
    where entry_type = 'SPIN' and is_booked and ca_leg in ('REMOVE', 'ADD')

),

costs as (

    select
        account_id,
        group_key,
        count(*) filter (where is_source and ca_leg = 'REMOVE') > 0
        and count(*) filter (where is_source and ca_leg = 'ADD') > 0
        and count(*) filter (where not is_source) > 0 as has_legs,
        count(cost) = count(*) as is_priced,
        coalesce(bool_or(price = 0 and not is_source), false) as lacks_price,
        sum(cost) filter (where ca_leg = 'REMOVE') as removed,
        sum(cost) filter (where ca_leg = 'ADD') as added,
        sum(rounded_by) filter (where ca_leg = 'ADD') as rounded_by
    from legs
    group by account_id, group_key

),

spin_offs as (

    select
        spin_offs.* exclude (removed, added),
        costs.* exclude (account_id, group_key),
        calendar.next_settlement,
        $system_date::date < calendar.next_settlement as may_still_come
    from corporate_action_groups as spin_offs
    inner join costs
        on costs.account_id = spin_offs.account_id
        and costs.group_key = spin_offs.group_key
    left join calendar on calendar.date = spin_offs.last_date
    where spin_offs.entry_type = 'SPIN' and spin_offs.legs_of = 'archive'

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', 'cost of SPIN', 'from ' || symbol, first_date::varchar, group_id)
        ) as subject,
        case
            when not has_legs and may_still_come then 'pending'
            when not has_legs or not is_priced then 'not_evaluated'
            when added = removed then 'pass'
            when lacks_price then 'not_evaluated'
            when abs(added - removed) <= rounded_by then 'within_tolerance'
            else 'break'
        end as verdict,
        if(has_legs, plain(removed), null) as expected,
        if(has_legs, plain(added), null) as actual,
        if(has_legs, added - removed, null)::decimal(38, 9) as difference,
        'USD' as unit,
        if(verdict = 'pending', next_settlement, null) as due_date,
        evidence
    from spin_offs

)

select * from verdicts
