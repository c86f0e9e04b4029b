-- title:    A merger for shares changed the cost of what is held
-- severity: S3
-- scope:    account
-- reads:    activities
-- params:   system_date
--
-- A merger for shares moves the cost from the old shares to the new ones. The price of the old
-- ones is exact, the price of the new ones follows from it and is rounded to as many digits as
-- are printed: so the cost may differ by the new quantity times half a unit of the last printed
-- digit (half-ulp law). With shares and cash the broker has done both: reduced the cost by the
-- cash, down to zero at least, or kept it whole. Either is right, the nearer one is shown.
-- A price of zero was not rounded: there nothing is tolerated.
-- `not_evaluated`: a leg, a price, or the cash rate is missing where one is needed.
-- A break is a wrong cost, not wrong money; it clears when the legs are booked anew.
with

legs as (

    select
        *,
        case when ca_leg in ('REMOVE', 'ADD') then abs(qty) * price end as cost,
        case when price = 0 then 0 else abs(qty) * ('1e-' || price_dp)::decimal(38, 9) end as unit,
        max(cash_rate) over (partition by account_id, group_key) as paid_rate
    from activities
    where entry_type = 'MA'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

mergers as (

    select
        account_id,
        min(source_symbol) as symbol,
        max(entry_sub_type) as sub_type,
        group_key,
        min(group_id) as group_id,
        min(system_date) as first_date,
        count(cost) = count(*) filter (where ca_leg in ('REMOVE', 'ADD')) as priced,
        bool_or(ca_leg = 'CASH' or entry_sub_type = 'SCMA') and max(paid_rate) is null as lacks_rate,
        sum(cost) filter (where ca_leg = 'REMOVE') as kept,
        sum(case when price > paid_rate then abs(qty) * (price - paid_rate)
        when price <= paid_rate then 0 end) filter (where ca_leg = 'REMOVE') as reduced,
        sum(cost) filter (where ca_leg = 'ADD') as added,
        sum(unit) filter (where ca_leg = 'ADD') as two_bounds,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, group_key
    having bool_or(ca_leg = 'ADD') or bool_or(entry_sub_type in ('SMA', 'SCMA'))

),

expectations as (

    select
        *,
        case when abs(added - reduced) < abs(added - kept) then reduced else kept end as expected
    from mergers

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', coalesce(sub_type, 'MA'), 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        case
            when not priced or added is null or expected is null then 'not_evaluated'
            when added = expected then 'pass'
            when 2 * abs(added - expected) <= two_bounds then 'within_tolerance'
            when lacks_rate then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(expected) as expected,
        plain(added) as actual,
        (added - expected)::decimal(38, 9) as difference,
        'USD' as unit,
        null::date as due_date,
        evidence
    from expectations

)

select * from verdicts
