-- title:    Cash of a merger or reorganisation is not the removed shares times the rate
-- severity: S1
-- scope:    account
-- reads:    activities
-- params:   system_date
--
-- The text of a merger prints the dollars for one share. What is paid must be the removed
-- quantity times that rate, rounded half-up to the cent (law CENT: nothing else passes); who was
-- short pays. It holds for mergers for cash and for those for shares and cash, whose texts may
-- differ between the legs: the rate is the one of the cash leg. So it does for reorganisations,
-- whose cash leg prints the rate on the activity stream.
-- `not_evaluated`: no rate is readable or a leg is missing; the rule on missing legs says so too.
-- A break clears when the broker takes the wrong amount back or books the rest.
with

mergers as (

    select
        account_id,
        min(source_symbol) as symbol,
        max(entry_sub_type) as sub_type,
        group_key,
        min(group_id) as group_id,
        min(system_date) as first_date,
        coalesce(max(cash_rate) filter (where ca_leg = 'CASH'), max(cash_rate)) as cash_rate,
        -sum(qty) filter (where ca_leg = 'REMOVE') as removed,
        sum(net_amount) filter (where ca_leg = 'CASH') as paid,
        list(activity_id order by activity_id) as evidence
    from activities
    where entry_type in ('MA', 'REO')
        and status in ('executed', 'correct')
        and system_date <= $system_date::date
    group by account_id, group_key
    having max(cash_rate) is not null
        or bool_or(ca_leg = 'CASH')
        or bool_or(entry_sub_type in ('CMA', 'SCMA', 'REOC', 'REOSC'))

),

expectations as (

    select
        *,
        round(removed::decimal(38, 9) * cash_rate, 2)::decimal(38, 9) as expected
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
            when expected is null then 'not_evaluated'
            when coalesce(paid, 0) = expected then 'pass'
            when paid is null then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(expected) as expected,
        plain(paid) as actual,
        (paid - expected)::decimal(38, 9) as difference,
        'USD' as unit,
        null::date as due_date,
        evidence
    from expectations

)

select * from verdicts
