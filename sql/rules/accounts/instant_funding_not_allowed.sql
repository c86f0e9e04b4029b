-- title:    An account got instant funding although it may not
-- severity: S2
-- scope:    account
-- reads:    activities, settings_in_force, coverage
-- params:   none
--
-- Instant funding is a memo (MEM) that lets a customer buy before his deposit is there: credit. The
-- broker's staff says of an account whether it may be given that (allow_instant_ach). Assumed: that
-- setting speaks of these memos, as no document names another. A memo with a quantity is of an
-- offering, and is not looked at, nor is one that was canceled or that takes another back.
-- `not_evaluated`: the setting was never reported, or is the broker's default, which no document says.
-- No row where the stream of account events is not read. Clears when the memo is canceled.
with

memos as (

    select account_id, activity_id, net_amount, currency, event_at
    from activities
    where entry_type = 'MEM' and qty = 0 and net_amount > 0
        and status in ('executed', 'correct', 'pending')
        and exists (select 1 from coverage where coverage.stream = 'account_status')

)

select
    memos.account_id,
    'memo ' || memos.activity_id as subject,
    case stretches.value
        when 'true' then 'pass'
        when 'false' then 'break'
        else 'not_evaluated'
    end as verdict,
    'instant funding allowed' as expected,
    concat_ws(' ', 'memo of', plain(memos.net_amount), memos.currency) as actual,
    [memos.activity_id] as evidence
from memos
left join settings_in_force as stretches
    on stretches.account_id = memos.account_id
    and stretches.setting = 'allow_instant_ach'
    and memos.event_at >= stretches.since
    and memos.event_at < coalesce(stretches.until, 'infinity'::timestamptz)
