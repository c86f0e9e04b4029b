-- title:    A spin-off gave other shares than its rate times the source's shares
-- severity: S1
-- scope:    account
-- reads:    activities, calendar, activities_to_date
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

    select
        *,
        coalesce(symbol = source_symbol, false) as is_source,
        activity_id in (select activity_id from activities) as in_books
    from activities_to_date
    where entry_type = 'SPIN'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

spin_offs as (

    select
        account_id, group_key,
        min(group_id) as group_id,
        min(source_symbol) as source,
        min(system_date)::varchar as first_date,
        max(system_date) as last_date,
        min(qty) filter (where is_source and ca_leg = 'REMOVE') as removed,
        max(qty) filter (where is_source and ca_leg = 'REMOVE') as removed_most,
        max(qty) filter (where is_source and ca_leg = 'ADD') as added_back,
        max(entitled_qty) as named_qty,
        sum(qty) filter (where is_source) as remainder,
        bool_or(not is_source) as has_target,
        list(activity_id order by activity_id) filter (where is_source) as evidence
    from legs
    group by account_id, group_key
    having bool_or(in_books)

),

dated as (

    select
        spin_offs.*,
        -- With two pairs of cost legs that differ nobody knows which is meant.
        case when removed is null then named_qty when removed = removed_most then -removed
        end::decimal(38, 9) as source_qty,
        case when $system_date::date < calendar.next_settlement
        then calendar.next_settlement end as due_date
    from spin_offs
    left join calendar on calendar.date = spin_offs.last_date

),

targets as (

    select
        group_key,
        symbol,
        sum(qty)::decimal(38, 9) as added,
        max(exchange_rate) as new_rate,
        coalesce(max(old_rate), 1) as old_rate,
        list(activity_id order by activity_id) as evidence
    from legs
    where not is_source
    group by group_key, symbol

),

quantities as (

    select
        dated.*,
        targets.symbol, targets.added, targets.new_rate, targets.old_rate,
        coalesce(targets.evidence, dated.evidence) as legs,
        abs(added * old_rate - source_qty * new_rate) as apart
    from dated
    left join targets on targets.group_key = dated.group_key

),

checks as (

    select
        account_id,
        coalesce(symbol, source) as symbol,
        group_key,
        concat_ws(' ', 'SPIN', 'of ' || symbol, 'from ' || source, first_date, group_id) as subject,
        case
            when (added is null or (removed is null and named_qty is null))
                and due_date is not null then 'pending'
            when added is null and removed is not null then 'break'
            when added is null or apart is null then 'not_evaluated'
            when 2 * apart <= 0.000000001 * old_rate then 'pass'
            when apart <= 0.000000001 * old_rate then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(new_rate) || ' for each ' || plain(old_rate) || ' of ' || plain(source_qty)
            as expected,
        plain(added) as actual,
        case when old_rate = 1 then added - round(source_qty * new_rate, 9) end::decimal(38, 9)
            as difference,
        due_date,
        legs as evidence
    from quantities
    union all
    select
        account_id,
        source,
        group_key,
        concat_ws(' ', 'cost legs of SPIN', 'from ' || source, first_date, group_id),
        case
            when remainder = 0 then 'pass'
            when (removed is null or added_back is null) and due_date is not null then 'pending'
            when removed is null and not has_target then 'not_evaluated'
            else 'break'
        end,
        '0',
        plain(remainder),
        remainder::decimal(38, 9),
        due_date,
        evidence
    from dated
    where remainder is not null

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(account_id, symbol, group_key, subject) as subject,
        verdict,
        expected,
        actual,
        difference,
        symbol as unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from checks

)

select * from verdicts
