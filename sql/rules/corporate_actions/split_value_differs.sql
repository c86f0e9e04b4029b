-- title:    A split changed the cost of what is held
-- severity: S2
-- scope:    account
-- reads:    activities
-- params:   system_date
--
-- A split moves the cost from the old shares to the new ones and changes nothing of it. The
-- price of the old shares is exact, the price of the new ones follows from it and is rounded to
-- as many digits as are printed. So the cost may differ by the new quantity times half a unit of
-- the last printed digit (half-ulp law), summed over what is added: within tolerance. A price of
-- zero was not rounded and adds nothing to that. Trailing zeros are not printed, so the bound is
-- at times too wide, never too narrow.
-- `not_evaluated`: a leg or a price is missing. A break clears when the legs are booked anew.
with

legs as (

    select
        account_id,
        entry_sub_type,
        group_key,
        group_id,
        source_symbol,
        ca_leg,
        system_date,
        activity_id,
        abs(qty) * price as cost,
        case when price = 0 then 0 else abs(qty) * ('1e-' || price_dp)::decimal(38, 9) end as unit
    from activities
    where entry_type = 'SPLIT'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

splits as (

    select
        account_id,
        coalesce(min(source_symbol) filter (where ca_leg = 'REMOVE'), min(source_symbol)) as symbol,
        coalesce(max(entry_sub_type), 'SPLIT') as kind,
        group_key,
        min(group_id) as group_id,
        min(system_date) as first_date,
        case when count(cost) = count(*) then sum(cost) filter (where ca_leg = 'REMOVE') end
            as removed,
        case when count(cost) = count(*) then sum(cost) filter (where ca_leg = 'ADD') end as added,
        sum(unit) filter (where ca_leg = 'ADD') as two_bounds,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, group_key

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', kind, 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        case
            when removed is null or added is null then 'not_evaluated'
            when added = removed then 'pass'
            when 2 * abs(added - removed) <= two_bounds then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(removed) as expected,
        plain(added) as actual,
        (added - removed)::decimal(38, 9) as difference,
        'USD' as unit,
        null::date as due_date,
        evidence
    from splits

)

select * from verdicts
