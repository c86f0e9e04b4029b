-- title:    Cash or shares moved against the account's state at Upvest
-- severity: S2
-- scope:    all
-- reads:    funding_entries, upvest_account_states, upvest_group_states, account_map
-- params:   none
--
-- An account that is LOCKED, or in a group that is, is locked for all actions; one that awaits approval
-- cannot be acted on; one that is closing, or closed, lets cash and shares only out. So no deposit,
-- no transfer from another house and no journal brings anything into such an account, and where it
-- is locked or not approved nothing goes out. The account at Alpaca is the one that the user's list
-- names beside it. Fills are held against the state by closing_only_sells.
-- The day on which it was asked for counts, and a day on which the state changed may lie on its right
-- side. What was asked for before the state may still be booked: within tolerance. What an
-- issuer, a tax or a fee still brings, and what gives a returned deposit back, is not looked at.
-- `not_evaluated`: the account's state at Upvest then is not archived; or it forbids the booking and when
-- that was asked for is not known, and it did not stand seven days before.
-- No row for an account that the list does not name. Clears when the booking is reversed.
with

states as (

    select
        'account' as thing, account_id as id, status, updated_at as since,
        lead(updated_at) over (partition by account_id order by step) as until
    from upvest_account_states
    union all by name
    select
        'group' as thing, group_id as id, status, updated_at as since,
        lead(updated_at) over (partition by group_id order by step) as until
    from upvest_group_states

),

things as (

    select account_map.account_id, 'account' as thing, account_map.upvest_account_id as id
    from account_map
    where account_map.upvest_account_id is not null
    union all by name
    select account_map.account_id, 'group' as thing, groups.account_group_id as id
    from account_map
    inner join (
        select account_id, last(account_group_id order by step) as account_group_id
        from upvest_account_states
        group by account_id
    ) as groups on groups.account_id = account_map.upvest_account_id

),

entries_with_states as (

    select
        entries.*,
        things.thing,
        states.since,
        states.until,
        states.status,
        case things.thing
            when 'group' then states.status = 'LOCKED'
            else states.status in ('LOCKED', 'PENDING_APPROVAL')
                or (states.status in ('CLOSING', 'CLOSED') and entries.is_incoming)
        end as forbids
    from funding_entries as entries
    inner join things on things.account_id = entries.account_id
    left join states on states.thing = things.thing and states.id = things.id

),

-- Of each entry whether the account's states, and those of its group, forbade it throughout.
of_each_thing as (

    select
        account_id, symbol, activity_id, entry_type, is_incoming, begun_on, thing,
        coalesce(min(since) <= min(asked_since), false) as is_known,
        bool_and(forbids) filter (
            where since < asked_until and coalesce(until, 'infinity'::timestamptz) > asked_since
        ) as was_forbidden,
        bool_and(forbids) filter (
            where since < booked_until and coalesce(until, 'infinity'::timestamptz) > booked_since
        ) as is_forbidden,
        last(status order by since) filter (where forbids and since < booked_until) as status
    from entries_with_states
    group by account_id, symbol, activity_id, entry_type, is_incoming, begun_on, thing

),

of_both as (

    select
        account_id, symbol, activity_id, entry_type, is_incoming, begun_on,
        coalesce(bool_or(is_known and was_forbidden), false) as was_forbidden,
        bool_or(is_known) filter (where thing = 'account') as is_known,
        case
            when bool_or(is_forbidden) then true
            else bool_or(is_forbidden) filter (where thing = 'account')
        end as is_forbidden,
        max(
            if(thing = 'group', 'group ', '') || status
        ) filter (where is_forbidden or was_forbidden) as status
    from of_each_thing
    group by account_id, symbol, activity_id, entry_type, is_incoming, begun_on

)

select
    account_id,
    symbol,
    'activity ' || activity_id as subject,
    permitted(
        case
            when was_forbidden then false
            when is_known and begun_on is not null then true
        end,
        not is_forbidden
    ) as verdict,
    'allowed by the state at Upvest' as expected,
    concat_ws(' ', entry_type, if(is_incoming, 'in', 'out'), 'while ' || status) as actual,
    [activity_id] as evidence
from of_both
