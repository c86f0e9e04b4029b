-- title:    A spin-off gave other shares than its rate times the source's shares
-- severity: S1
-- scope:    account
-- reads:    activities_to_date, corporate_action_groups, calendar
-- params:   system_date
--
-- A spin-off adds shares of a new company: the quantity of the source times the rate of the text,
-- rounded to nine digits; one unit of the ninth digit either way is within tolerance (law ULPq).
-- The activity stream names the quantity of the source; the legacy one prints it only on the two
-- cost legs (REMOVE and ADD of the source), which together move no shares. They come hours or days
-- later or not at all: where it is not known the quantity is pending until the next settlement day,
-- then `not_evaluated`, never a break.
-- A break: another quantity, cost legs that do not cancel, or no new shares when they are due.
-- An ADD alone whose text is unreadable may be either kind of leg: `not_evaluated` in the end.
-- All that is archived is read, since a leg may lie before the opening of the books.
-- Clears when the leg comes or the shares are booked anew.
with

legs as (

    select *, coalesce(symbol = source_symbol, false) as is_source
    from activities_to_date
    where entry_type = 'SPIN' and is_booked

),

cost_legs as (

    select
        account_id,
        group_key,
        min(qty) filter (where ca_leg = 'REMOVE') as removed,
        max(qty) filter (where ca_leg = 'REMOVE') as removed_most,
        max(qty) filter (where ca_leg = 'ADD') as added_back,
        sum(qty) as remainder,
        list(activity_id order by activity_id) as evidence
    from legs
    where is_source
    group by account_id, group_key

),

targets as (

    select
        account_id,
        group_key,
        symbol,
        sum(qty)::decimal(38, 9) as added,
        max(exchange_rate) as new_rate,
        coalesce(max(old_rate), 1) as old_rate,
        list(activity_id order by activity_id) as evidence
    from legs
    where not is_source
    group by account_id, group_key, symbol

),

spin_offs as (

    select
        spin_offs.account_id,
        spin_offs.group_key,
        spin_offs.group_id,
        spin_offs.symbol as source,
        spin_offs.first_date::varchar as first_date,
        spin_offs.entitled_qty,
        cost_legs.* exclude (account_id, group_key),
        len(spin_offs.evidence) > len(cost_legs.evidence) as has_target,
        -- With two pairs of cost legs that differ nobody knows which is meant.
        case
            when cost_legs.removed is null then spin_offs.entitled_qty
            when cost_legs.removed = cost_legs.removed_most then -cost_legs.removed
        end::decimal(38, 9) as source_qty,
        calendar.next_settlement as due_date,
        $system_date::date < calendar.next_settlement as may_still_come
    from corporate_action_groups as spin_offs
    left join cost_legs
        on cost_legs.account_id = spin_offs.account_id
        and cost_legs.group_key = spin_offs.group_key
    left join calendar on calendar.date = spin_offs.last_date
    where spin_offs.entry_type = 'SPIN' and spin_offs.legs_of = 'archive'

),

quantities as (

    select
        spin_offs.* exclude (evidence),
        targets.symbol,
        targets.added,
        targets.new_rate,
        targets.old_rate,
        coalesce(targets.evidence, spin_offs.evidence) as evidence,
        abs(targets.added * targets.old_rate - source_qty * targets.new_rate) as apart
    from spin_offs
    left join targets
        on targets.account_id = spin_offs.account_id
        and targets.group_key = spin_offs.group_key

),

new_shares as (

    select
        account_id,
        coalesce(symbol, source) as symbol,
        group_key,
        concat_ws(' ', 'SPIN', 'of ' || symbol, 'from ' || source, first_date, group_id) as subject,
        case
            when (added is null or (removed is null and entitled_qty is null))
                and may_still_come then 'pending'
            when added is null and removed is not null then 'break'
            when added is null or apart is null then 'not_evaluated'
            when 2 * apart <= 0.000000001 * old_rate then 'pass'
            when apart <= 0.000000001 * old_rate then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(new_rate) || ' for each ' || plain(old_rate) || ' of ' || plain(source_qty)
            as expected,
        plain(added) as actual,
        if(old_rate = 1, added - round(source_qty * new_rate, 9), null)::decimal(38, 9)
            as difference,
        if(verdict = 'pending', due_date, null) as due_date,
        evidence
    from quantities

),

moved_costs as (

    select
        account_id,
        source as symbol,
        group_key,
        concat_ws(' ', 'cost legs of SPIN', 'from ' || source, first_date, group_id) as subject,
        case
            when remainder = 0 then 'pass'
            when (removed is null or added_back is null) and may_still_come then 'pending'
            when removed is null and not has_target then 'not_evaluated'
            else 'break'
        end as verdict,
        '0' as expected,
        plain(remainder) as actual,
        remainder::decimal(38, 9) as difference,
        if(verdict = 'pending', due_date, null) as due_date,
        evidence
    from spin_offs
    where remainder is not null

),

checks as (

    from new_shares
    union all by name
    from moved_costs

),

verdicts as (

    select
        * exclude (group_key)
            replace (action_subject(account_id, symbol, group_key, subject) as subject),
        symbol as unit
    from checks

)

select * from verdicts
