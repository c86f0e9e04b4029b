-- title:    A corrected journal is still booked
-- severity: S1
-- scope:    journal
-- reads:    reported_journals, journal_legs, journal_accounts, books_start, calendar, coverage
-- params:   none
--
-- A journal with status `correct` was wrong: the broker cancels it and makes a new one with a new
-- id, which carries the funds. So what was booked of the old one is canceled, or reversed by an
-- entry of the same journal with the opposite amount: per account and security nothing is left. If
-- both stand the customer has the money twice.
-- Pending until the next settlement day after the correction, then a break. `not_evaluated`: the
-- old journal was executed before the books begin, and its entries are not here to see.
-- Clears when the entries of the old journal are canceled or reversed.
with

corrected as (

    select journal_id, reported_on as corrected_on, executed_on, event_id
    from reported_journals
    where status = 'correct'
        and exists (select 1 from coverage where stream = 'journal_status')

),

sides as (

    select
        journal, account_id, symbol,
        coalesce(sum(net_amount) filter (where is_booked), 0) as cash,
        coalesce(sum(qty) filter (where is_booked), 0) as quantity,
        list(activity_id) as activity_ids
    from journal_legs
    where is_booked or status = 'canceled'
    group by journal, account_id, symbol

),

journals as (

    select
        corrected.journal_id, corrected.corrected_on, corrected.executed_on, corrected.event_id,
        count(sides.journal) as sides,
        count(*) filter (where sides.cash <> 0 or sides.quantity <> 0) as booked_sides,
        list_sort(flatten(coalesce(
            list(sides.activity_ids) filter (where sides.journal is not null), []
        ))) as activity_ids
    from corrected
    left join sides on sides.journal = corrected.journal_id
    group by all

),

verdicts as (

    select
        journal_accounts.account_id,
        'journal ' || journal_id as subject,
        case
            when executed_on <= begins and (sides = 0 or booked_sides > 0) then 'not_evaluated'
            when booked_sides = 0 then 'pass'
            else 'break'
        end as verdict,
        '0 sides booked' as expected,
        booked_sides || ' of ' || sides || ' sides booked'
        || if(verdict = 'pass', '', coalesce(', with ' || journal_accounts.others, '')) as actual,
        booked_sides::decimal(38, 9) as difference,
        'sides' as unit,
        calendar.next_settlement as due_date,
        list_concat([event_id], activity_ids) as evidence
    from journals
    cross join books_start
    left join calendar on calendar.date = journals.corrected_on
    left join journal_accounts on journal_accounts.journal = journals.journal_id
    where journals.corrected_on > begins

)

select * from verdicts
