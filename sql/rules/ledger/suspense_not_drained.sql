-- title:    A suspense account is not empty after its due date
-- severity: S2
-- reads:    suspense, postings
-- params:   system_date
--
-- Corporate actions, exercises and journals pass through suspense and leave it when all their legs
-- are there; what nobody knows stays in SUSP:UNCLASSIFIED until somebody says what it is. The other
-- leg is due on the settlement day after the first. A break: a leg is missing or differs, and the
-- shares or the cash are still between two accounts. Cost alone is not looked at here.
-- `not_evaluated`: the money of an adjusted contract, until something tells its multiplier.
-- Clears when the missing leg is booked.
with

touched as (

    select distinct ledger_account, commodity, measure, system_date
    from postings
    where starts_with(ledger_account, 'SUSP:')
        and measure <> 'COST'
        and system_date = $system_date::date

),

events as (

    select
        ledger_account, commodity, measure,
        if(count(distinct account_id) = 1, min(account_id), null) as account_id,
        list(distinct event order by event) as evidence
    from postings
    where starts_with(ledger_account, 'SUSP:')
    group by ledger_account, commodity, measure

),

every_account as (

    select ledger_account, commodity, measure from suspense where measure <> 'COST'
    union
    select ledger_account, commodity, measure from touched

),

verdicts as (

    select
        events.account_id,
        every_account.commodity as symbol,
        unique_subject(
            events.account_id, every_account.commodity, every_account.ledger_account,
            lower(every_account.measure)
        ) as subject,
        case
            when suspense.amount is null then 'pass'
            when starts_with(every_account.ledger_account, 'SUSP:MULTIPLIER:') then 'not_evaluated'
            when $system_date::date < suspense.due_date then 'pending'
            else 'break'
        end as verdict,
        '0' as expected,
        plain(coalesce(suspense.amount, 0)) as actual,
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
