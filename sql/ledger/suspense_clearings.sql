-- title: What suspense gives back once an action has all its legs
-- scope: account
-- reads: lines, suspense_groups, start_balances, start_cleared, opening
--
-- Legs come one by one, so suspense is closed on each date on which an action is whole, for what it
-- holds then: the same entries whenever the books are made. What counts as whole depends on the
-- type. Shares, and the cost that cash has paid for, go to the issuer; an exercise goes to the
-- street. What an adjusted contract delivers is in its terms, which no stream has, but its strike
-- is paid for each of its multiplier, whichever that is. Cost that two prices round apart goes to
-- rounding within half of the last printed digit of each added leg.
with

whole_groups as (

    select
        * exclude (rounded_by),
        rounded_by + 0.000000001 as rounded_by,
        if(starts_with(contra, 'SUSP:OPT:'), 'STREET:TRADE', 'EXT:ISSUER') as outside
    from suspense_groups
    where not is_carried and case
        when removed = 0 and added = 0 and returned = 0 and paid = 0 then true
        when starts_with(contra, 'SUSP:OPT:')
            then unread = 0 and (
                (adjusted = 0 and shares = shares_owed and cash * 1000 = cash_owed)
                or (shares = 0 and paid > 0)
                or (adjusted = 1 and sign(shares) * sign(cash) < 0 and case
                    when unknown = 0 then cash * 1000 = cash_owed
                    else sign(cash) * sign(cash_of_one) > 0
                        and cash * 1000 % nullif(cash_of_one, 0) = 0
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

-- What came into a group; before the night begins what it still holds and what was cleared of it.
moved as (

    select other_account as contra, system_date, measure, commodity, -amount as amount
    from lines
    where starts_with(other_account, 'SUSP:')
    union all by name
    select ledger_account as contra, opening.system_date, measure, commodity, amount
    from start_balances cross join opening
    where starts_with(ledger_account, 'SUSP:')
    union all by name
    select contra, opening.system_date, measure, commodity, amount
    from start_cleared cross join opening

),

balances as (

    select
        whole_groups.contra, whole_groups.account_id, whole_groups.system_date,
        moved.measure, moved.commodity,
        whole_groups.outside, whole_groups.paid, whole_groups.rounded_by,
        sum(moved.amount) as balance
    from whole_groups
    inner join moved
        on moved.contra = whole_groups.contra and moved.system_date <= whole_groups.system_date
    group by all

),

cleared_groups as (

    select
        *,
        case
            when measure = 'QTY' or starts_with(contra, 'SUSP:OPT:') then outside
            when abs(balance) <= rounded_by and (measure = 'COST' and paid = 0)
                then 'ROUND:COST'
            when starts_with(contra, 'SUSP:OPCA:') and measure = 'CASH'
                then if(abs(balance) <= rounded_by, 'ROUND:' || commodity, null)
            else outside
        end as cleared_to
    from balances

),

targets as (

    select contra, measure, commodity, cleared_to from cleared_groups where cleared_to is not null
    union
    select contra, measure, commodity, cleared_to from start_cleared

),

changes as (

    select
        cleared_groups.contra, cleared_groups.account_id, cleared_groups.system_date,
        cleared_groups.measure, cleared_groups.commodity,
        targets.cleared_to,
        if(cleared_groups.cleared_to = targets.cleared_to, cleared_groups.balance, 0) as cleared,
        coalesce(start_cleared.amount, 0) as before
    from cleared_groups
    inner join targets
        on targets.contra = cleared_groups.contra
        and targets.measure = cleared_groups.measure
        and targets.commodity = cleared_groups.commodity
    left join start_cleared
        on start_cleared.contra = cleared_groups.contra
        and start_cleared.measure = cleared_groups.measure
        and start_cleared.commodity = cleared_groups.commodity
        and start_cleared.cleared_to = targets.cleared_to

),

cleared_since as (

    select
        *,
        cleared - coalesce(lag(cleared) over (
            partition by contra, measure, commodity, cleared_to order by system_date
        ), before) as amount
    from changes

)

select
    'close ' || regexp_replace(contra, '^SUSP:[A-Z]+:', '') as event_id,
    contra,
    account_id,
    system_date,
    measure,
    commodity,
    cleared_to,
    amount::decimal(38, 9) as amount
from cleared_since
where amount <> 0
