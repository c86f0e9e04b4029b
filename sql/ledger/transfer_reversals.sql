-- title: What gave cash of a deposit or withdrawal back, in accounts with a returned transfer
-- scope: account
-- reads: transfer_entries, transfers
-- columns:
--   booked_day: the settlement day of the latest entry that it may reverse [settlement day number]
--   first_day: the first settlement day on which it may have reversed that [settlement day number]
--   last_day: the last settlement day for that; null where nobody says [settlement day number]
--
-- One row an entry that has the opposite amount of an earlier one of its account, or that was canceled.
-- `booked_day` is when the latest entry was booked that it may reverse, for a canceled one its own day.
-- It reversed that on a day from `first_day` to `last_day`: its own, but nobody says when an entry was
-- canceled, so that has no last day.
with

entries as (

    select transfer_entries.*
    from transfer_entries
    where account_id in (select account_id from transfers where returned_on is not null)

)

select
    later.activity_id, later.account_id,
    max(earlier.day) as booked_day, later.day as first_day, later.day as last_day
from entries as later
inner join entries as earlier
    on earlier.account_id = later.account_id
    and earlier.net_amount = -later.net_amount
    and earlier.day <= later.day
where not later.is_canceled and not earlier.is_canceled
group by later.activity_id, later.account_id, later.day
union all by name
select activity_id, account_id, day as booked_day, day as first_day, null as last_day
from entries
where is_canceled
