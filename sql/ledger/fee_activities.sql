-- title: The activities that the fees of a day are judged with
-- scope: account
-- reads: activities, fee_days
--
-- Those of the night's books, and of each earlier day that is judged again (`fee_days`) what its
-- account had booked on that day and every other fee for it.
select * from activities
union all by name
select earlier.*
from events.activities as earlier
anti join activities on activities.activity_id = earlier.activity_id
where earlier.system_date <= $system_date::date
    and (
        (earlier.account_id, earlier.system_date) in (select (account_id, day) from fee_days)
        or (
            earlier.entry_type = 'FEE'
            and (earlier.account_id, earlier.fee_date) in (select (account_id, day) from fee_days)
        )
    )
