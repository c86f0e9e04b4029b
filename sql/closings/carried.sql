-- The activities up to the day that a night beginning after it reads again: what an open break
-- rests on, what a verdict judges together with a later activity, and the legs of corporate
-- actions that a leg of the next days may belong to; and the deposits, withdrawals and journals of
-- the last days, which the states of a transfer or a journal may follow. And one leg of each dividend
-- and corporate action of the last weeks, which shows a later night that it began before: who has no
-- leg since had one then.
with

activity_days as (

    select activity_id as identity, min(system_date) as first_day
    from activity_states
    group by activity_id

),

of_open_breaks as (

    select unnest(evidence) as identity from open_items

),

judged_together as (

    select verdict, identity, first_day
    from (
        select rowid as verdict, unnest(evidence) as identity
        from verdicts
        where len(evidence) > 1
    ) as named
    inner join activity_days using (identity)

),

of_later_activities as (

    select identity
    from judged_together
    where verdict in (select verdict from judged_together where first_day > $day)

),

-- Legs of one action lie at most five days apart, as in sql/events/activity_group_keys.sql.
of_near_legs as (

    select activity_id as identity
    from activity_entries
    where regexp_matches(contra, '^SUSP:(CA|OP)')
    qualify max(system_date) over (partition by group_key) >= $day - 5

),

first_legs as (

    select first(activity_id order by system_date, activity_id) as identity
    from issuer_legs
    where forms_action and system_date <= $day
    group by kind, symbol, action_date
    having min(system_date) > $day - 30

),

of_near_transfers as (

    select activity_id as identity
    from activity_states
    where entry_type in ('CSD', 'CSW', 'JNL', 'JNLC', 'JNLS', 'MEM') and system_date > $day - 12

)

select distinct identity
from activity_days
where first_day <= $day
    and identity in (
        from of_open_breaks union all from of_later_activities union all from of_near_legs
        union all from of_near_transfers union all from first_legs
    )
order by identity
