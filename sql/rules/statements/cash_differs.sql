-- title:    The broker's closing cash is not what the books have
-- severity: S1
-- scope:    account
-- reads:    cash_proof, movements
-- params:   system_date
--
-- Opening cash plus every booked amount must be the balance that the broker states for the night,
-- to the last digit, for every account. A difference is either an amount that only one side has,
-- or one that differs. The evidence is what moved the cash on the day, the last twenty as
-- received: a difference that is new tonight lies there or in what is not there. One that stands
-- keeps the evidence of the night on which it appeared.
-- Not evaluated where the balance of the night was not read; statement_missing speaks. Nor where
-- the books were opened with a statement that has no balance of the account, and nothing proves
-- that the account is newer: only books that are opened anew with it, listed in
-- RECON_ACCOUNTS_FILE, can prove its cash. Nor where an account traded an adjusted contract whose
-- multiplier nothing says, and the difference is a whole multiple of what it traded: the contract
-- is named, and its money waits in suspense.
-- Clears when both sides agree again.
with

events_of_the_day as (

    select account_id, event_id, max(receipt_order) as receipt_order
    from movements
    where system_date = $system_date::date
        and kind in ('execution', 'activity')
        and cash <> 0
    group by account_id, event_id

),

evidence_of_the_day as (

    select account_id, list(event_id order by receipt_order desc, event_id)[1:20] as evidence
    from events_of_the_day
    group by account_id

),

unknown_contracts as (

    select account_id, symbol, sum(cash) as cash, count(*) as fills
    from movements
    where starts_with(contra, 'SUSP:MULTIPLIER:')
    group by account_id, symbol
    having sum(cash) <> 0

),

unknown_contracts_of_accounts as (

    select
        account_id,
        string_agg(symbol, ' ' order by symbol) as contracts,
        if(count(*) = 1, abs(sum(cash)), null) as cash,
        sum(fills) as cents
    from unknown_contracts
    group by account_id

),

balances as (

    select
        cash_proof.*,
        contracts,
        abs(difference) * 100 % nullif(cash, 0) as beyond,
        least(beyond, cash - beyond) <= cents as is_multiple
    from cash_proof
    left join unknown_contracts_of_accounts as unknown
        on unknown.account_id = cash_proof.account_id

),

verdicts as (

    select
        balances.account_id,
        'cash ' || balances.currency as subject,
        case
            when balances.statement is null or not balances.opening_is_known
                then 'not_evaluated'
            when balances.difference = 0 then 'pass'
            when balances.contracts is not null and coalesce(balances.is_multiple, true)
                then 'not_evaluated'
            else 'break'
        end as verdict,
        if(
            balances.opening_is_known,
            plain(balances.closing),
            'an opening balance, and ' || plain(balances.closing) || ' since'
        )
        || coalesce(' if 100 is the multiplier of ' || balances.contracts, '')
            as expected,
        coalesce(plain(balances.statement), 'no statement') as actual,
        balances.difference,
        balances.currency as unit,
        coalesce(evidence_of_the_day.evidence, []) as evidence
    from balances
    left join evidence_of_the_day
        on evidence_of_the_day.account_id = balances.account_id

)

select * from verdicts
