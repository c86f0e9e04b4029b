-- title:    A reversal does not take back exactly what its target booked
-- severity: S0
-- scope:    account
-- reads:    postings, start_lines, night
-- params:   none
--
-- A bust, a correction and a later state of an activity take back every posting of their target,
-- the same amounts on the same accounts, once and no more. A break means that the ledger itself is
-- wrong. A target from before the closing that the night begins with is known by its kept lines.
-- `not_evaluated`: the target lies before the books themselves.
-- Clears when the ledger rule is mended and the night is run again.
with

taken as (

    select
        postings.*,
        regexp_extract(reverses, '^(.*)/[0-9]+$', 1) as target
    from postings
    inner join night on night.system_date = postings.system_date
    where reverses is not null

),

booked as (

    select posting_id, account_id, ledger_account, commodity, amount
    from postings
    union all
    select movement_id || '/' || line_no, null, ledger_account, commodity, amount
    from start_lines
    union all
    select movement_id || '/' || (line_no + 1), null, other_account, commodity, -amount
    from start_lines

),

targets as (

    select booked.*, regexp_extract(posting_id, '^(.*)/[0-9]+$', 1) as target
    from booked
    where regexp_extract(posting_id, '^(.*)/[0-9]+$', 1) in (select target from taken)
        and regexp_extract(posting_id, '([0-9]+)$', 1)::int < 7

),

times as (

    select reverses, count(*) as times
    from postings
    where reverses is not null
    group by reverses

),

compared as (

    select
        coalesce(taken.target, targets.target) as target,
        taken.event_id,
        coalesce(taken.account_id, targets.account_id) as account_id,
        targets.posting_id is not null as is_known,
        coalesce(
            taken.amount = -targets.amount
            and taken.ledger_account = targets.ledger_account
            and taken.commodity = targets.commodity
            and times.times = 1,
            false
        ) as is_exact
    from taken
    full join targets on targets.posting_id = taken.reverses
    left join times on times.reverses = targets.posting_id

),

reversals as (

    select
        account_id,
        target,
        max(event_id) as event_id,
        count(*) as postings,
        bool_or(is_known) as is_known,
        count(*) filter (where is_exact) as exact
    from compared
    group by account_id, target

),

verdicts as (

    select
        account_id,
        'reversal of ' || target as subject,
        case
            when not is_known then 'not_evaluated'
            when exact = postings then 'pass'
            else 'break'
        end as verdict,
        postings || ' postings reversed' as expected,
        exact || ' postings reversed' as actual,
        (exact - postings)::decimal(38, 9) as difference,
        'postings' as unit,
        if(event_id is null, [target], [event_id, target]) as evidence
    from reversals

)

select * from verdicts
