-- title: Every execution that the activity stream reports up to the night, also from before the books
-- scope: account
-- reads: trade_activities, night
--
-- One row a trade activity, its last state.
select trade_activities.*
from events.trade_activities as trade_activities
inner join night on trade_activities.system_date <= night.system_date
