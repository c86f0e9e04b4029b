-- title:    An exercise, a tender or an exchange did not bring what it is for
-- severity: S1
-- scope:    account
-- reads:    activities_to_date, corporate_action_groups, calendar
-- params:   wait_days = 10
--
-- Who takes an offer gives rights, warrants or shares (REMOVE), and something comes for them, each
-- by an event of its own and in any order. An exercise of rights (VRGT) pays the subscription
-- (CASH) and gives new shares (ADD); so does one of warrants (VWRT), which may also be cashless. A
-- tender (VTND) or an exchange (VEXH) gives cash or other securities. The broker publishes no sample
-- of what comes, and offers settle days after they end. So the assumption is: all is there by the
-- settlement day after `wait_days` more days; until then it is pending.
-- A break: the rights are gone and the shares did not come, shares came that nobody paid, or the
-- subscription came as a credit, for which nothing is awaited. A sale of the rights or a distribution is no offer.
-- `not_evaluated`: the kind of offer is not named, or legs of the older stream that name no group,
-- which nothing ties. Suspense shows what is left of those.
-- Legs from before the opening of the books count, so all that is archived is looked at.
-- Clears when the leg comes, or all are canceled.
with

tied_groups as (

    select
        account_id,
        group_key,
        bool_or(group_id is not null or source = 'activities') as is_tied
    from activities_to_date
    where entry_type = 'VOF' and is_booked
    group by account_id, group_key

),

offers as (

    select
        offers.*,
        tied_groups.is_tied,
        coalesce(offers.sub_type, 'VOF') as kind,
        sign(offers.paid) * sign(offers.removed) as direction,
        calendar.next_settlement as due_date
    from corporate_action_groups as offers
    inner join tied_groups
        on tied_groups.account_id = offers.account_id
        and tied_groups.group_key = offers.group_key
    left join calendar on calendar.date = offers.last_date + $wait_days::integer
    where offers.entry_type = 'VOF'
        and offers.legs_of = 'archive'
        and offers.sub_type is distinct from 'VDST'

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
            when kind not in ('VRGT', 'VWRT', 'VTND', 'VEXH') or not is_tied then 'not_evaluated'
            when remove_legs = 0 then 'break'
            when kind in ('VRGT', 'VWRT') and direction < 0 then 'break'
            when kind in ('VTND', 'VEXH') and add_legs + cash_legs > 0 then 'pass'
            when add_legs > 0 and (cash_legs > 0 or kind = 'VWRT') then 'pass'
            else 'break'
        end as verdict,
        case kind when 'VRGT' then 'ADD, CASH paid, REMOVE' when 'VWRT' then 'ADD, REMOVE'
        when 'VTND' then 'ADD or CASH, REMOVE' when 'VEXH' then 'ADD or CASH, REMOVE' end
            as expected,
        replace(
            array_to_string(kinds_of_legs, ', '),
            'CASH', if(direction < 0, 'CASH received', 'CASH paid')
        ) as actual,
        'legs' as unit,
        if(kind in ('VRGT', 'VWRT') and direction < 0, null, due_date) as due_date,
        evidence
    from offers

)

select * from verdicts
