-- What the legs of each suspense group came to so far. Groups that are whole stay too: a leg may
-- follow months later, and a reversal after a year. It is one row per action of an account.
select
    contra, account_id, entry_type, entry_sub_type, removed, added, returned, paid,
    shares_owed, cash_owed, cash_of_one, shares, cash, adjusted, unknown, unread, rounded_by
from suspense_groups
where system_date <= $day
qualify row_number() over (partition by contra order by system_date desc) = 1
order by contra
