-- title:    Instant funding was not followed by its deposit
-- severity: S1
-- scope:    account
-- reads:    activities, settlement_days
-- params:   days = 1
--
-- Instant funding lets a customer buy before his money is there: a memo (MEM), which is no cash.
-- The deposit (CSD) of the same account and amount is due within `days` settlement days, else the
-- broker cancels the memo on that evening. Each memo has a deposit of its own, booked on its day
-- or later; where both name a transfer it is the same one. A memo that was canceled or reversed
-- by an opposite one waits for nothing.
-- Pending until that day, then a break: the customer bought with money that never came. A memo with
-- a quantity is of an offering, and is not looked at. Clears when the deposit is booked or the memo
-- is canceled.
with

entries as (

    select
        activities.activity_id, activities.account_id, activities.entry_type,
        activities.net_amount, activities.transfer_id, activities.system_date,
        days.number as day
    from activities
    inner join settlement_days as days on days.date = activities.system_date
    where (activities.entry_type = 'CSD' and is_booked(activities.status))
        or (
            activities.entry_type = 'MEM' and activities.qty = 0
            and activities.status in ('executed', 'correct', 'pending')
        )

),

reversals as (

    select account_id, -net_amount as net_amount, count(*) as memos
    from entries
    where entry_type = 'MEM' and net_amount < 0
    group by account_id, net_amount

),

memos_numbered as (

    select
        entries.*,
        row_number() over (
            partition by account_id, net_amount order by day, activity_id
        ) as seq
    from entries
    where entry_type = 'MEM' and net_amount > 0

),

-- Memos of one amount that can wait for the same deposit are counted together.
memos as (

    select
        numbered.* exclude (seq),
        row_number() over near as number,
        min(day) over (
            partition by numbered.account_id, numbered.net_amount order by day
            range between $days::int preceding and current row
        ) as since_day
    from memos_numbered as numbered
    left join reversals
        on reversals.account_id = numbered.account_id
        and reversals.net_amount = numbered.net_amount
    where numbered.seq > coalesce(reversals.memos, 0)
    window near as (
        partition by numbered.account_id, numbered.net_amount order by day, activity_id
    )

),

memos_with_deposits as (

    select
        memos.activity_id, memos.account_id, memos.net_amount, memos.day,
        (
            select count(*) from memos as other
            where other.account_id = memos.account_id and other.net_amount = memos.net_amount
                and other.day >= memos.since_day and other.number <= memos.number
        ) as waiting,
        count(deposits.activity_id) as deposits,
        list(deposits.activity_id order by deposits.activity_id)
            filter (where deposits.activity_id is not null) as activity_ids
    from memos
    left join entries as deposits
        on deposits.entry_type = 'CSD'
        and deposits.account_id = memos.account_id
        and deposits.net_amount = memos.net_amount
        and deposits.day between memos.since_day and memos.day + $days::int
        and (deposits.transfer_id = memos.transfer_id) is not false
    group by memos.activity_id, memos.account_id, memos.net_amount, memos.day, memos.since_day,
        memos.number

),

verdicts as (

    select
        account_id,
        'memo ' || activity_id as subject,
        if(deposits >= waiting, 'pass', 'break') as verdict,
        plain(net_amount) as expected,
        if(verdict = 'pass', plain(net_amount), '0') as actual,
        if(verdict = 'pass', 0, -net_amount)::decimal(38, 9) as difference,
        'USD' as unit,
        due.date as due_date,
        list_concat([activity_id], coalesce(activity_ids, []::varchar[])) as evidence
    from memos_with_deposits as memos
    left join settlement_days as due
        on due.is_settlement and due.number = memos.day + $days::int

)

select * from verdicts
