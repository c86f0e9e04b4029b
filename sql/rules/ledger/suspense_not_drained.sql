-- title:    A suspense account is not empty after its due date
-- severity: S2
-- scope:    all
-- reads:    journal_accounts, suspense, postings
-- params:   system_date
--
-- Corporate actions, exercises and journals pass through suspense and leave it when all their legs
-- are there; an activity of no known type stays in SUSP:UNCLASSIFIED until it is classified. The
-- other leg is due on the settlement day after the first. A break: a leg is missing or differs, and
-- the shares or the cash are still between two accounts: the row names one in which something is
-- left, and the others in its text. Cost alone is not looked at here.
-- `not_evaluated`: the money of an adjusted contract, until its multiplier is known.
-- Clears when the missing leg is booked.
with

moved_tonight as (

    select distinct ledger_account, commodity, measure, system_date
    from postings
    where starts_with(ledger_account, 'SUSP:')
        and measure <> 'COST'
        and system_date = $system_date::date

),

sums_per_account as (

    select
        ledger_account, commodity, measure, account_id,
        sum(amount) as amount,
        list(distinct event_id) as events
    from postings
    where starts_with(ledger_account, 'SUSP:')
    group by ledger_account, commodity, measure, account_id

),

concerned as (

    select
        sums.ledger_account, sums.commodity, sums.measure,
        if(
            count(sums.account_id) > 1 and max(journal_accounts.account_id) is not null,
            list_value(max(journal_accounts.account_id), max(journal_accounts.others)),
            list(sums.account_id order by sums.amount <> 0 desc, sums.account_id)
                filter (where sums.account_id is not null)
        ) as accounts,
        list_sort(list_distinct(flatten(list(sums.events)))) as evidence
    from sums_per_account as sums
    left join journal_accounts
        on 'SUSP:JNL:' || journal_accounts.journal = sums.ledger_account
    group by sums.ledger_account, sums.commodity, sums.measure

),

suspense_accounts as (

    select ledger_account, commodity, measure from suspense where measure <> 'COST'
    union
    select ledger_account, commodity, measure from moved_tonight

),

verdicts as (

    select
        concerned.accounts[1] as account_id,
        suspense_accounts.commodity as symbol,
        unique_subject(
            concerned.accounts[1],
            suspense_accounts.commodity,
            suspense_accounts.ledger_account,
            lower(suspense_accounts.measure)
        ) as subject,
        case
            when suspense.amount is null then 'pass'
            when starts_with(suspense.ledger_account, 'SUSP:MULTIPLIER:') then 'not_evaluated'
            else 'break'
        end as verdict,
        '0' as expected,
        plain(coalesce(suspense.amount, 0)) || if(
            suspense.amount is null or len(concerned.accounts) < 2, '',
            ', with ' || array_to_string(concerned.accounts[2:10], ' and ')
        ) as actual,
        coalesce(suspense.amount, 0)::decimal(38, 9) as difference,
        suspense_accounts.commodity as unit,
        suspense.due_date,
        concerned.evidence
    from suspense_accounts
    inner join concerned
        on concerned.ledger_account = suspense_accounts.ledger_account
        and concerned.commodity = suspense_accounts.commodity
        and concerned.measure = suspense_accounts.measure
    left join suspense
        on suspense.ledger_account = suspense_accounts.ledger_account
        and suspense.commodity = suspense_accounts.commodity
        and suspense.measure = suspense_accounts.measure

)

select * from verdicts
