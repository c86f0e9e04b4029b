-- title:    Cash of a merger or reorganisation is not the removed shares times the rate
-- severity: S1
-- scope:    account
-- reads:    corporate_action_groups
-- params:   none
--
-- The text of a merger prints the dollars for one share. What is paid must be the removed
-- quantity times that rate, rounded half-up to the cent (law CENT: nothing else passes); who was
-- short pays. It holds for mergers for cash and for those for shares and cash, whose texts may
-- differ between the legs: the rate is the one of the cash leg. So it does for reorganisations,
-- whose cash leg prints the rate on the activity stream.
-- `not_evaluated`: no rate is readable or a leg is missing; the rule on missing legs says so too.
-- A break clears when the broker reverses the wrong amount or books the rest.
with

mergers as (

    select *
    from corporate_action_groups
    where entry_type in ('MA', 'REO')
        and legs_of = 'books'
        and (
            cash_rate is not null
            or cash_legs > 0
            or list_has_any(sub_types, ['CMA', 'SCMA', 'REOC', 'REOSC'])
        )

),

expectations as (

    select
        *,
        round(-removed::decimal(38, 9) * cash_rate, 2)::decimal(38, 9) as expected
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
        evidence
    from expectations

)

select * from verdicts
