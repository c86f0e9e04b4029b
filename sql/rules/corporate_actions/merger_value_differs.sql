-- title:    A merger for shares changed the cost of what is held
-- severity: S3
-- scope:    account
-- reads:    activities_to_date, corporate_action_groups
-- params:   none
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
        account_id,
        group_key,
        ca_leg,
        qty,
        price,
        abs(qty) * price as cost,
        if(price = 0, 0, abs(qty) * half_digit(price_dp)) as rounded_by,
        max(cash_rate) over (partition by account_id, group_key) as paid_rate
    from activities_to_date
    where entry_type = 'MA' and is_booked and in_books

),

costs as (

    select
        account_id,
        group_key,
        bool_and(cost is not null) as is_priced,
        sum(cost) filter (where ca_leg = 'REMOVE') as kept,
        sum(case when price > paid_rate then abs(qty) * (price - paid_rate)
        when price <= paid_rate then 0 end) filter (where ca_leg = 'REMOVE') as reduced,
        sum(cost) filter (where ca_leg = 'ADD') as added_cost,
        sum(rounded_by) filter (where ca_leg = 'ADD') as rounded_by
    from legs
    where ca_leg in ('REMOVE', 'ADD')
    group by account_id, group_key

),

mergers as (

    select
        mergers.*,
        costs.* exclude (account_id, group_key),
        cash_rate is null
        and (cash_legs > 0 or list_contains(sub_types, 'SCMA')) as lacks_rate,
        if(abs(added_cost - reduced) < abs(added_cost - kept), reduced, kept) as expected
    from corporate_action_groups as mergers
    left join costs
        on costs.account_id = mergers.account_id
        and costs.group_key = mergers.group_key
    where mergers.entry_type = 'MA'
        and mergers.legs_of = 'books'
        and (mergers.add_legs > 0 or list_has_any(mergers.sub_types, ['SMA', 'SCMA']))

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
            when not is_priced or added_cost is null or expected is null then 'not_evaluated'
            when added_cost = expected then 'pass'
            when abs(added_cost - expected) <= rounded_by then 'within_tolerance'
            when lacks_rate then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(expected) as expected,
        plain(added_cost) as actual,
        (added_cost - expected)::decimal(38, 9) as difference,
        'USD' as unit,
        evidence
    from mergers

)

select * from verdicts
