-- title:    A reversal is not the exact opposite of what its target booked
-- severity: S0
-- scope:    account
-- reads:    postings, start_lines, night
-- params:   none
--
-- A bust, a correction and a later state of an activity reverse every posting of their target,
-- the same amounts on the same accounts, once and no more. A break means that the ledger itself is
-- wrong. A target from before the closing that the night begins with is known by its kept lines.
-- `not_evaluated`: the target lies before the books themselves.
-- Of the reversals of earlier days only the breaks are said again.
-- Clears when the ledger rule is mended and the night is run again.
with

reversing_postings as (

    select
        postings.*,
        regexp_extract(reverses, '^(.*)/[0-9]+$', 1) as target
    from postings
    where reverses is not null

),

booked_postings as (

    select posting_id, account_id, ledger_account, commodity, amount
    from postings
    union all by name
    select movement_id || '/' || line_no as posting_id, ledger_account, commodity, amount
    from start_lines
    union all by name
    select
        movement_id || '/' || (line_no + 1) as posting_id,
        other_account as ledger_account,
        commodity,
        -amount as amount
    from start_lines

),

target_postings as (

    select booked_postings.*, regexp_extract(posting_id, '^(.*)/[0-9]+$', 1) as target
    from booked_postings
    where regexp_extract(posting_id, '^(.*)/[0-9]+$', 1) in (select target from reversing_postings)
        and regexp_extract(posting_id, '([0-9]+)$', 1)::int < 7

),

reversal_counts as (

    select reverses, count(*) as times
    from postings
    where reverses is not null
    group by reverses

),

pairs as (

    select
        coalesce(reversing_postings.target, target_postings.target) as target,
        reversing_postings.event_id,
        reversing_postings.system_date,
        coalesce(reversing_postings.account_id, target_postings.account_id) as account_id,
        target_postings.posting_id is not null as is_known,
        coalesce(
            reversing_postings.amount = -target_postings.amount
            and reversing_postings.ledger_account = target_postings.ledger_account
            and reversing_postings.commodity = target_postings.commodity
            and reversal_counts.times = 1,
            false
        ) as is_exact
    from reversing_postings
    full join target_postings on target_postings.posting_id = reversing_postings.reverses
    left join reversal_counts on reversal_counts.reverses = target_postings.posting_id

),

reversals as (

    select
        account_id,
        target,
        max(event_id) as event_id,
        max(system_date) as system_date,
        count(*) as postings,
        bool_or(is_known) as is_known,
        count(*) filter (where is_exact) as exact
    from pairs
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
    cross join night
    where reversals.system_date = night.system_date or (is_known and exact < postings)

)

select * from verdicts
