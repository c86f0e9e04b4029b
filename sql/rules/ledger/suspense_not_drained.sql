-- title:    A suspense account is not empty after its due date
-- severity: S2
-- scope:    account
-- reads:    journal_accounts, suspense, postings
-- params:   system_date
--
-- Corporate actions, exercises and journals pass through suspense and leave it when all their legs
-- are there; what nobody knows stays in SUSP:UNCLASSIFIED until somebody says what it is. The other
-- leg is due on the settlement day after the first. A break: a leg is missing or differs, and the
-- shares or the cash are still between two accounts: the row names one in which something is left,
-- and the others in its text. Cost alone is not looked at here.
-- `not_evaluated`: the money of an adjusted contract, until something says its multiplier.
-- Clears when the missing leg is booked.
with

touched as (

    select distinct ledger_account, commodity, measure, system_date
    from postings
    where starts_with(ledger_account, 'SUSP:')
        and measure <> 'COST'
        and system_date = $system_date::date

),

sides as (

    select
        ledger_account, commodity, measure, account_id,
        sum(amount) as amount,
        list(distinct event_id) as events
    from postings
    where starts_with(ledger_account, 'SUSP:')
    group by ledger_account, commodity, measure, account_id

),

events as (

    select
        sides.ledger_account, sides.commodity, sides.measure,
        if(
            count(sides.account_id) > 1 and max(journal_accounts.account_id) is not null,
            list_value(max(journal_accounts.account_id), max(journal_accounts.others)),
            list(sides.account_id order by sides.amount <> 0 desc, sides.account_id)
                filter (where sides.account_id is not null)
        ) as accounts,
        list_sort(list_distinct(flatten(list(sides.events)))) as evidence
    from sides
    left join journal_accounts
        on 'SUSP:JNL:' || journal_accounts.journal = sides.ledger_account
    group by sides.ledger_account, sides.commodity, sides.measure

),

every_account as (

    select ledger_account, commodity, measure from suspense where measure <> 'COST'
    union
    select ledger_account, commodity, measure from touched

),

verdicts as (

    select
        events.accounts[1] as account_id,
        every_account.commodity as symbol,
        unique_subject(
            events.accounts[1], every_account.commodity, every_account.ledger_account,
            lower(every_account.measure)
        ) as subject,
        case
            when suspense.amount is null then 'pass'
            when starts_with(every_account.ledger_account, 'SUSP:MULTIPLIER:') then 'not_evaluated'
            when $system_date::date < suspense.due_date then 'pending'
            else 'break'
        end as verdict,
        '0' as expected,
        plain(coalesce(suspense.amount, 0)) || if(
            suspense.amount is null or len(events.accounts) < 2, '',
            ', with ' || array_to_string(events.accounts[2:10], ' and ')
        ) as actual,
        coalesce(suspense.amount, 0)::decimal(38, 9) as difference,
        every_account.commodity as unit,
        suspense.due_date,
        events.evidence
    from every_account
    inner join events
        on events.ledger_account = every_account.ledger_account
        and events.commodity = every_account.commodity
        and events.measure = every_account.measure
    left join suspense
        on suspense.ledger_account = every_account.ledger_account
        and suspense.commodity = every_account.commodity
        and suspense.measure = every_account.measure

)

select * from verdicts
