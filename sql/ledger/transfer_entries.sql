-- title: The deposits and withdrawals of the accounts, also the canceled ones
-- scope: account
-- reads: activities_to_date, settlement_days
-- columns:
--   day: the settlement day of its booking [settlement day number]
--   is_canceled: whether it was canceled
--
-- One row an activity of type CSD or CSW that names an amount and is not pending. `day` is the number
-- of its settlement day.
select
    activities.activity_id, activities.account_id, activities.net_amount, activities.system_date,
    activities.status = 'canceled' as is_canceled,
    days.number as day
from activities_to_date as activities
inner join settlement_days as days on days.date = activities.system_date
where activities.entry_type in ('CSD', 'CSW')
    and (activities.is_booked or activities.status = 'canceled')
    and activities.net_amount <> 0
