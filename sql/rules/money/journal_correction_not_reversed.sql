-- title:    A corrected journal is still booked
-- severity: S1
-- scope:    account
-- reads:    journal_states, books_start, calendar, coverage, journal_accounts, activities_to_date
-- params:   system_date
--
-- A journal with status `correct` was wrong: the broker cancels it and makes a new one with a new
-- id, which carries the funds. So what was booked of the old one is canceled, or taken back by an
-- entry of the same journal with the opposite amount: per account and security nothing is left. If
-- both stand the customer has the money twice.
-- Pending until the next settlement day after the correction, then a break. `not_evaluated`: the
-- old journal was executed before the books begin, and its entries are not here to see.
-- Clears when the entries of the old journal are canceled or taken back.
with

corrected as (

    select
        journal_id,
        last(system_date order by step) as corrected_on,
        min(system_date) filter (where status_to in ('executed', 'activity_created'))
            as executed_on,
        last(event_id order by step) as event_id
    from journal_states
    where system_date <= $system_date::date
        and exists (select 1 from coverage where stream = 'journal_status')
    group by journal_id
    having last(status_to order by step) = 'correct'

),

sides as (

    select
        coalesce(journal_id, journal) as journal, account_id, symbol,
        coalesce(sum(net_amount) filter (where status <> 'canceled'), 0) as cash,
        coalesce(sum(qty) filter (where status <> 'canceled'), 0) as quantity,
        list(activity_id order by activity_id) as activity_ids
    from activities_to_date
    where entry_type in ('JNL', 'JNLC', 'JNLS')
        and status in ('executed', 'correct', 'canceled')
        and system_date <= $system_date::date
    group by coalesce(journal_id, journal), account_id, symbol

),

journals as (

    select
        corrected.journal_id, corrected.corrected_on, corrected.executed_on, corrected.event_id,
        count(sides.journal) as sides,
        count(*) filter (where sides.cash <> 0 or sides.quantity <> 0) as standing,
        list_sort(flatten(coalesce(
            list(sides.activity_ids) filter (where sides.journal is not null), []
        ))) as activity_ids
    from corrected
    left join sides on sides.journal = corrected.journal_id
    group by all

),

judged as (

    select
        journals.*,
        calendar.next_settlement as due_date,
        case
            when executed_on <= begins and (sides = 0 or standing > 0) then 'not_evaluated'
            when standing = 0 then 'pass'
            when $system_date::date < calendar.next_settlement then 'pending'
            else 'break'
        end as verdict
    from journals
    cross join books_start
    left join calendar on calendar.date = journals.corrected_on
    where journals.corrected_on > begins

),

verdicts as (

    select
        journal_accounts.account_id,
        null::varchar as symbol,
        'journal ' || journal_id as subject,
        verdict,
        '0 sides booked' as expected,
        standing || ' of ' || sides || ' sides booked'
        || if(verdict = 'pass', '', coalesce(', with ' || journal_accounts.others, '')) as actual,
        standing::decimal(38, 9) as difference,
        'sides' as unit,
        case when verdict = 'pending' then due_date end as due_date,
        list_concat([event_id], activity_ids) as evidence
    from judged
    left join journal_accounts on journal_accounts.journal = judged.journal_id

)

select * from verdicts
