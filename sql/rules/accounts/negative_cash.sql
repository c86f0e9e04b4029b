-- title:    An account owes cash that it may not borrow
-- severity: S2
-- scope:    account
-- reads:    cash_proof, positions_proof, settings_in_force, activities, settlement_days, account_map, movements
-- params:   system_date, memo_days = 1
--
-- Cash below zero at the end of a day is a loan. A cash account (margin multiplier 1) may not have
-- one, and no account may owe cash while it holds nothing that secures it: a fee or a returned
-- deposit found no money, or more was taken out than was there. Held against zero is the broker's
-- balance, where it was not read that of the books; units of the cash sweep are held like shares.
-- Within the day cash may be below zero. Instant funding lets a customer buy before his deposit
-- comes: what memos of `memo_days` settlement days cover is within tolerance. The firm's own
-- accounts are not judged.
-- `not_evaluated`: the balance is not known; or it is below zero, something is held, and the
-- account's multiplier was never reported or is the broker's default, which no document says.
-- The evidence is what moved the cash on the day, the last twenty as received.
-- Clears when the account has been paid.
with

held as (

    select
        account_id,
        bool_or(is_unreadable or greatest(closing, statement) > 0) as holds
    from positions_proof
    group by account_id

),

multipliers as (

    select account_id, try_cast(value as decimal(9, 2)) as multiplier
    from settings_in_force
    where setting = 'max_margin_multiplier' and until is null

),

tonight as (

    select number from settlement_days where date = $system_date::date

),

memos as (

    select activities.account_id, sum(activities.net_amount) as amount
    from activities
    inner join settlement_days as days on days.date = activities.system_date
    inner join tonight on days.number >= tonight.number - $memo_days::int
    where activities.entry_type = 'MEM' and activities.qty = 0
        and activities.status in ('executed', 'correct', 'pending')
    group by activities.account_id

),

balances as (

    select
        cash_proof.account_id,
        cash_proof.currency,
        coalesce(
            cash_proof.statement, if(cash_proof.opening_is_known, cash_proof.closing, null)
        ) as cash,
        coalesce(held.holds, false) as holds,
        multipliers.multiplier,
        coalesce(memos.amount, 0) as memos
    from cash_proof
    left join held on held.account_id = cash_proof.account_id
    left join multipliers on multipliers.account_id = cash_proof.account_id
    left join memos on memos.account_id = cash_proof.account_id
    where cash_proof.account_id not in (select account_id from account_map where kind = 'firm')

),

events_of_the_day as (

    select account_id, event_id, max(receipt_order) as receipt_order
    from movements
    where system_date = $system_date::date
        and kind in ('execution', 'activity')
        and cash <> 0
        and account_id in (select account_id from balances where cash < 0)
    group by account_id, event_id

),

evidence_of_the_day as (

    select account_id, list(event_id order by receipt_order desc, event_id)[1:20] as evidence
    from events_of_the_day
    group by account_id

),

verdicts as (

    select
        balances.account_id,
        'cash ' || balances.currency as subject,
        case
            when cash is null then 'not_evaluated'
            when cash >= 0 then 'pass'
            when cash + memos >= 0 then 'within_tolerance'
            when not holds or multiplier <= 1 then 'break'
            when multiplier > 1 then 'pass'
            else 'not_evaluated'
        end as verdict,
        case
            when cash >= 0 then 'not below 0'
            when not holds then 'not below 0, as nothing is held'
            when multiplier is null then 'not below 0, if it is a cash account'
            when multiplier <= 1 then 'not below 0, as it is a cash account'
            else 'may borrow, multiplier ' || plain(multiplier)
        end as expected,
        coalesce(plain(cash), 'not known') as actual,
        if(cash > 0, 0, cash) as difference,
        balances.currency as unit,
        coalesce(evidence_of_the_day.evidence, []) as evidence
    from balances
    left join evidence_of_the_day on evidence_of_the_day.account_id = balances.account_id

)

select * from verdicts
