-- title: The account whose desk looks at a journal, and the other accounts of it
-- scope: journal
-- reads: activities_to_date, account_map
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

legs as (

    select
        coalesce(journal_id, journal) as journal, account_id, qty, net_amount, activity_id,
        system_date, receipt_order,
        status in ('executed', 'correct') as stands
    from activities_to_date
    where entry_type in ('JNL', 'JNLC', 'JNLS')
        and account_id is not null
        and system_date <= $system_date::date

),

sides as (

    select
        legs.journal, legs.account_id,
        count(*) filter (where stands) as standing,
        coalesce(sum(net_amount) filter (where stands), 0) <> 0
        or coalesce(sum(qty) filter (where stands), 0) <> 0 as is_booked,
        legs.account_id in (select account_id from account_map where kind = 'firm') as is_firm,
        min((legs.system_date, legs.receipt_order, legs.activity_id)) as first_leg
    from legs
    where legs.journal is not null and try_cast(legs.journal as date) is null
    group by legs.journal, legs.account_id

)

select
    journal,
    first(account_id order by is_booked desc, standing desc, is_firm, first_leg) as account_id,
    nullif(array_to_string(list(
        account_id order by is_booked desc, standing desc, is_firm, first_leg
    )[2:], ' and '), '') as others
from sides
group by journal
