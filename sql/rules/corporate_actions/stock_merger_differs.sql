-- title:    New shares of a merger are not the removed shares times the exchange rate
-- severity: S1
-- scope:    account
-- reads:    corporate_action_groups
-- params:   none
--
-- The text of a merger prints so many new shares for so many old ones. The added quantity must be
-- the removed quantity in that proportion, rounded to nine digits; one unit of the ninth digit
-- either way is within tolerance (law ULPq: the broker does not say how it rounds quantities).
-- It holds for mergers for shares and for those for shares and cash. Checked crosswise, added *
-- old rate against removed * new rate, so that nothing is divided.
-- `not_evaluated`: no rate is readable or a leg is missing; the rule on missing legs says so too.
-- A break clears when the broker reverses the wrong quantity or books the rest.
with

mergers as (

    select
        * replace (
            (-removed)::decimal(38, 9) as removed,
            added::decimal(38, 9) as added
        )
    from corporate_action_groups
    where entry_type = 'MA'
        and legs_of = 'books'
        and (
            new_rate is not null
            or add_legs > 0
            or list_has_any(sub_types, ['SMA', 'SCMA'])
        )

),

differences as (

    select
        *,
        abs(added * old_rate - removed * new_rate) as apart,
        0.000000001 * old_rate as unit_of_ninth_digit
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
            when apart is null then 'not_evaluated'
            when 2 * apart <= unit_of_ninth_digit then 'pass'
            when apart <= unit_of_ninth_digit then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(new_rate) || ' for each ' || plain(old_rate) || ' of ' || plain(removed) as expected,
        plain(added) as actual,
        case when old_rate = 1 then added - round(removed * new_rate, 9) end::decimal(38, 9)
            as difference,
        symbol as unit,
        evidence
    from differences

)

select * from verdicts
