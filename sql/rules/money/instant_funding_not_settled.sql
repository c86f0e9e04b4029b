-- title:    Instant funding was not followed by its deposit
-- severity: S1
-- scope:    account
-- reads:    activities, calendar
-- params:   system_date, days = 1
--
-- Instant funding lets a customer buy before his money is there: a memo (MEM), which is no cash.
-- The deposit (CSD) of the same account and amount is due within `days` settlement days, else the
-- broker cancels the memo on that evening. Each memo has a deposit of its own, booked on its day
-- or later; where both name a transfer it is the same one. A memo that was canceled or taken back
-- by an opposite one waits for nothing.
-- Pending until that day, then a break: the customer bought with money that never came. A memo with
-- a quantity is of an offering, and is not looked at. Clears when the deposit is booked or the memo
-- is canceled.
with

days as (

    select
        date, is_settlement, sum(is_settlement::int) over (order by date) as number
    from calendar

),

entries as (

    select
        activities.activity_id, activities.account_id, activities.entry_type,
        activities.net_amount, activities.transfer_id, activities.system_date,
        days.number as day
    from activities
    inner join days on days.date = activities.system_date
    where activities.system_date <= $system_date::date
        and (
            (activities.entry_type = 'CSD' and activities.status in ('executed', 'correct'))
            or (
                activities.entry_type = 'MEM' and activities.qty = 0
                and activities.status in ('executed', 'correct', 'pending')
            )
        )

),

reversals as (

    select account_id, -net_amount as net_amount, count(*) as memos
    from entries
    where entry_type = 'MEM' and net_amount < 0
    group by account_id, net_amount

),

standing as (

    select
        entries.*,
        row_number() over (
            partition by account_id, net_amount order by day, activity_id
        ) as place
    from entries
    where entry_type = 'MEM' and net_amount > 0

),

-- Memos of one amount that can wait for the same deposit are counted together.
memos as (

    select
        standing.* exclude (place),
        row_number() over near as number,
        min(day) over (
            partition by standing.account_id, standing.net_amount order by day
            range between $days::int preceding and current row
        ) as since_day
    from standing
    left join reversals
        on reversals.account_id = standing.account_id
        and reversals.net_amount = standing.net_amount
    where standing.place > coalesce(reversals.memos, 0)
    window near as (
        partition by standing.account_id, standing.net_amount order by day, activity_id
    )

),

settled as (

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

judged as (

    select
        settled.*,
        due.date as due_date,
        case
            when deposits >= waiting then 'pass'
            when $system_date::date < due.date then 'pending'
            else 'break'
        end as verdict
    from settled
    left join days as due on due.is_settlement and due.number = settled.day + $days::int

),

verdicts as (

    select
        account_id,
        null::varchar as symbol,
        'memo ' || activity_id as subject,
        verdict,
        plain(net_amount) as expected,
        if(verdict = 'pass', plain(net_amount), '0') as actual,
        if(verdict = 'pass', 0, -net_amount)::decimal(38, 9) as difference,
        'USD' as unit,
        case when verdict = 'pending' then due_date end as due_date,
        list_concat([activity_id], coalesce(activity_ids, []::varchar[])) as evidence
    from judged

)

select * from verdicts
