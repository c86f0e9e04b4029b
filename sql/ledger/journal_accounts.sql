-- title: The account whose desk looks at a journal, and the other accounts of it
-- scope: journal
-- reads: journal_legs, account_map
-- columns:
--   journal: the broker's id of the journal
--   account_id: the account in which a break of the journal is worked
--   others: the other accounts of the journal
--
-- A journal is between two accounts, a break of it is worked in one: one where something is left
-- booked, with the most legs, since one that was booked twice is there; else a customer's before the
-- firm's; else the one whose leg was booked first. So it mostly stays the same when the other leg
-- comes later. Legs are looked for in all that is archived; a day alone is no journal.
with

sides as (

    select
        legs.journal, legs.account_id,
        count(*) filter (where is_booked) as booked_legs,
        coalesce(sum(net_amount) filter (where is_booked), 0) <> 0
        or coalesce(sum(qty) filter (where is_booked), 0) <> 0 as is_left,
        legs.account_id in (select account_id from account_map where kind = 'firm') as is_firm,
        min((legs.system_date, legs.receipt_order, legs.activity_id)) as first_leg
    from journal_legs as legs
    where legs.account_id is not null
        and legs.journal is not null and try_cast(legs.journal as date) is null
    group by legs.journal, legs.account_id

)

select
    journal,
    first(account_id order by is_left desc, booked_legs desc, is_firm, first_leg) as account_id,
    nullif(array_to_string(list(
        account_id order by is_left desc, booked_legs desc, is_firm, first_leg
    )[2:], ' and '), '') as others
from sides
group by journal
