-- title:    A memo entry is in the books, or a booked one in a memo account
-- severity: S0
-- scope:    account
-- reads:    postings, night
-- params:   none
--
-- Pending journals and instant funding are no money: what follows them is. Both sides of a memo
-- stand in memo accounts, so that no proof can count them. A break means that the ledger itself is
-- wrong. Of the entries of earlier days only the breaks are said again. Clears when the ledger rule
-- is mended and the night is run again.
with

entries as (

    select
        postings.account_id,
        postings.event_id,
        max(postings.system_date) as system_date,
        count(*) as postings,
        count(*) filter (
            where (postings.kind = 'memo') <> starts_with(postings.ledger_account, 'MEMO:')
        ) as misplaced
    from postings
    where postings.kind = 'memo' or starts_with(postings.ledger_account, 'MEMO:')
    group by postings.account_id, postings.event_id

),

verdicts as (

    select
        account_id,
        'memo of event ' || event_id as subject,
        if(misplaced = 0, 'pass', 'break') as verdict,
        '0 postings outside' as expected,
        misplaced || ' of ' || postings || ' postings outside' as actual,
        misplaced::decimal(38, 9) as difference,
        'postings' as unit,
        [event_id] as evidence
    from entries
    cross join night
    where entries.system_date = night.system_date or misplaced > 0

)

select * from verdicts
