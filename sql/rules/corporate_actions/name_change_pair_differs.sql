-- title:    The two legs of a name change do not mirror each other
-- severity: S1
-- scope:    account
-- reads:    activities, calendar, activities_to_date
-- params:   system_date
--
-- A name change removes a holding and adds the same quantity at the same price under the new
-- symbol or CUSIP; the legs come in any order. A leg that has not come by the next settlement day
-- after the last one is a break; before, it is pending. The added symbol must be the one that the
-- text names. A change of symbol alone (SNC) keeps the CUSIP. A change of CUSIP (CNC, SCNC) should
-- show two, but the broker's samples show the same one on both legs: that is within tolerance
-- (law of the documented samples). Legs from before the opening of the books count, too.
-- `not_evaluated`: a price or a CUSIP is missing on legs that else agree.
-- Clears when the leg comes, or the legs are booked anew.
with

legs as (

    select *, activity_id in (select activity_id from activities) as in_books
    from activities_to_date
    where entry_type = 'NC'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

pairs as (

    select
        account_id,
        min(source_symbol) as symbol,
        coalesce(max(entry_sub_type), 'NC') as kind,
        group_key,
        min(group_id) as group_id,
        min(system_date) as first_date,
        max(system_date) as last_date,
        sum(qty) filter (where ca_leg = 'REMOVE') as removed,
        sum(qty) filter (where ca_leg = 'ADD') as added,
        min(symbol) filter (where ca_leg = 'ADD') as new_symbol,
        max(target_symbol) as target_symbol,
        count(price) = count(*) as has_prices,
        min(price) = max(price) as same_price,
        min(price) filter (where ca_leg = 'REMOVE') as old_price,
        min(price) filter (where ca_leg = 'ADD') as new_price,
        count(cusip) = count(*) as has_cusips,
        min(cusip) = max(cusip) as same_cusip,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, group_key
    having bool_or(in_books)

),

judged as (

    select
        pairs.*,
        calendar.next_settlement as due_date,
        case
            when (removed is null or added is null)
                and $system_date::date < calendar.next_settlement then 'pending'
            when removed is null or added is null then 'break'
            when removed + added <> 0 then 'break'
            when not same_price or new_symbol <> target_symbol then 'break'
            when not has_prices or not has_cusips then 'not_evaluated'
            when kind = 'SNC' and not same_cusip then 'break'
            when kind in ('CNC', 'SCNC') and same_cusip then 'within_tolerance'
            else 'pass'
        end as verdict
    from pairs
    left join calendar on calendar.date = pairs.last_date

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', kind, 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        verdict,
        concat_ws(' ', plain(-removed), target_symbol, 'at ' || plain(old_price)) as expected,
        coalesce(nullif(concat_ws(' ', plain(added), new_symbol, 'at ' || plain(new_price)), ''),
            'none') as actual,
        (added + removed)::decimal(38, 9) as difference,
        symbol as unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence
    from judged

)

select * from verdicts
