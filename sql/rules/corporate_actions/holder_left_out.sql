-- title:    A holder was left out of a corporate action that other accounts have
-- severity: S1
-- scope:    symbol
-- reads:    issuer_holders, calendar
-- params:   none
--
-- A split, merger, name change, spin-off or distribution of rights is done to all who hold the
-- security, long or short. So once one account has a leg of it every other account that held the
-- security has one too. A break is a customer with shares that no longer exist, or without the new
-- ones; the books and the statement agree about it.
-- The legs of one action have come hours apart: pending until the next settlement day after the
-- first of them, then a break.
-- Who would get less than one share of a spin-off or one right may get nothing: within tolerance
-- (law of whole shares).
-- `not_evaluated`: rights or a spin-off without a record date or a rate, or a position from before
-- the books begin that no closing tells.
-- Clears when the account's legs come, or when those of all others are reversed.
with

verdicts as (

    select
        holders.account_id,
        holders.symbol,
        concat_ws(' ', holders.kind, 'of', holders.action_date::varchar) as subject,
        case
            when holders.is_reached then 'pass'
            when not holders.is_known then 'not_evaluated'
            when holders.kind in ('SPLIT', 'MA', 'NC') then 'break'
            when abs(try(holders.held * holders.new_rate)) >= holders.old_rate then 'break'
            when holders.new_rate is null then 'not_evaluated'
            else 'within_tolerance'
        end as verdict,
        concat_ws(' ', 'a leg', 'on ' || plain(holders.held)) as expected,
        if(holders.is_reached, 'a leg', 'none') as actual,
        calendar.next_settlement as due_date,
        if(holders.is_reached, holders.own_legs, [holders.first_leg]) as evidence
    from issuer_holders as holders
    left join calendar
        on calendar.date = greatest(holders.first_date, holders.last_date)
    where holders.area = 'corporate action'

)

select * from verdicts
