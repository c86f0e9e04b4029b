-- title: Every state of every non-trade activity, each economic event once
-- reads: nta_states, typed_states
-- columns:
--   is_latest: whether it is the activity's last state
--
-- Every state of every non-trade activity, each economic event once. An id that the legacy stream
-- has tells its states there, and the activity stream adds what it alone says; of any other id the
-- states are those of the activity stream. `state` counts them in the order received, without those
-- that are published before one that is there already: a repeat of an older state changes nothing.
-- `changed` is false where a state was sent again with the same economics.
-- An activity that refers to an earlier one takes it back: the earlier one gets a further state,
-- canceled on the date of the later (`corrected_by`), unless it is canceled already. What takes
-- back exactly what was booked and says nothing new has `is_exact_reversal`. `reversal_rank` counts the ones
-- that replace the same activity.
-- `group_key` ties the legs of one corporate action of one account: the broker's group where it
-- sends one, else its action, else type, symbol and nearness of the booking dates, since legs can
-- come minutes apart and on both sides of midnight.
with

legacy as (

    select
        nta.* replace (
            coalesce(nta.symbol, typed.symbol) as symbol,
            coalesce(nta.symbol_from, typed.symbol_from) as symbol_from,
            typed.currency as currency,
            coalesce(nta.group_id, typed.group_id) as group_id,
            coalesce(nta.parent_id, typed.parent_id) as parent_id,
            typed.previous_id as previous_id,
            coalesce(nta.corporate_action_id, typed.corporate_action_id) as corporate_action_id,
            coalesce(nta.journal_id, typed.journal_id) as journal_id,
            typed.transfer_id as transfer_id,
            typed.external_id as external_id,
            coalesce(nta.rate, typed.rate) as rate,
            coalesce(nta.entitled_qty, typed.entitled_qty) as entitled_qty,
            coalesce(nta.record_date, typed.record_date) as record_date,
            coalesce(nta.old_qty, typed.old_qty) as old_qty,
            coalesce(nta.new_qty, typed.new_qty) as new_qty,
            coalesce(nta.cash_rate, typed.cash_rate) as cash_rate,
            coalesce(nta.exchange_rate, typed.exchange_rate) as exchange_rate,
            coalesce(nta.old_rate, typed.old_rate) as old_rate,
            coalesce(nta.tax_rate, typed.tax_rate) as tax_rate,
            coalesce(nta.journal_id, typed.journal_id, nta.journal) as journal
        )
    from events.nta_states as nta
    left join (
        select *
        from events.typed_states
        where is_outdated is not true
        qualify row_number() over (partition by activity_id order by receipt_order desc) = 1
    ) as typed on typed.activity_id = nta.activity_id
    where nta.is_outdated is not true

),

sent as (

    select * from legacy
    union all by name
    select *
    from events.typed_states
    where is_outdated is not true and activity_id not in (
        select activity_id from events.nta_states where status <> 'pending'
    )

),

-- Legs of the same action are booked at most five days apart.
spaced as (

    select
        *,
        coalesce(group_id, if(entry_type = 'OPCA', null, corporate_action_id)) as link,
        coalesce(
            system_date - lag(system_date) over same_action > 5, false
        ) as begins_group
    from sent
    window same_action as (
        partition by account_id, action_family, entry_sub_type, group_hint order by system_date, receipt_order
    )

),

numbered as (

    select
        *,
        sum(begins_group::int) over (
            partition by account_id, action_family, entry_sub_type, group_hint order by system_date, receipt_order
        ) as group_number
    from spaced

),

near as (

    select
        *,
        min(system_date) over near_legs as group_date,
        min(link) over near_legs as least_link,
        max(link) over near_legs as most_link,
        max(group_id) over near_legs as near_group
    from numbered
    window near_legs as (
        partition by account_id, action_family, entry_sub_type, group_hint, group_number
    )

),

-- A leg without a group is of the group that all legs near it name.
grouped as (

    select
        * exclude (is_outdated, action_family, group_hint, link, begins_group, group_number, group_date,
            least_link, most_link, near_group)
        replace (
            if(link is null and least_link = most_link, near_group, group_id) as group_id
        ),
        account_id || ' ' || action_family || ' ' || coalesce(
            link,
            if(least_link = most_link, least_link, null),
            concat_ws(' ', entry_sub_type, nullif(group_hint, ''), group_date)
        ) as group_key
    from near

),

latest as (

    select *
    from grouped
    qualify row_number() over (
        partition by activity_id order by source = 'activities' desc, receipt_order desc
    ) = 1

),

corrections as (

    select
        own.activity_id,
        own.previous_id,
        own.status,
        own.system_date,
        own.event_at,
        own.receipt_order,
        target.symbol as target_symbol,
        coalesce(
            own.status <> 'canceled'
            and own.entry_type = target.entry_type
            and own.account_id = target.account_id
            and (own.symbol is not distinct from target.symbol
                or coalesce(own.symbol_from, 'details') = 'details')
            and own.qty = -target.qty
            and own.net_amount = -target.net_amount
            and (own.qty <> 0 or own.net_amount <> 0),
            false
        ) as is_opposite
    from latest as own
    left join latest as target on target.activity_id = own.previous_id
    where own.previous_id is not null and own.status in ('executed', 'correct', 'canceled')

),

-- What is the opposite of an opposite is no taking back but a booking.
mirrored as (

    select
        corrections.*,
        corrections.is_opposite and not coalesce(target.is_opposite, false) as is_exact_reversal
    from corrections
    left join corrections as target on target.activity_id = corrections.previous_id

),

claimed as (

    select
        *,
        row_number() over (partition by previous_id order by receipt_order) as seq,
        if(is_exact_reversal or status = 'canceled', 1, row_number() over (
            partition by previous_id, is_exact_reversal or status = 'canceled' order by receipt_order
        )) as reversal_rank
    from mirrored

),

every_state as (

    select
        grouped.* replace (
            if(claimed.is_exact_reversal, claimed.target_symbol, grouped.symbol) as symbol,
            case when grouped.entry_type in ('DIVNRA', 'DIVWH')
            then coalesce(grouped.gross_amount, abs(parent.net_amount))
            else grouped.gross_amount end as gross_amount
        ),
        null::varchar as corrected_by,
        coalesce(claimed.is_exact_reversal, false) as is_exact_reversal,
        coalesce(claimed.reversal_rank, 1) as reversal_rank
    from grouped
    left join claimed on claimed.activity_id = grouped.activity_id
    left join latest as parent on parent.activity_id = grouped.parent_id
    union all by name
    select
        latest.* replace (
            'canceled' as status,
            if(own.is_exact_reversal, own.target_symbol, latest.symbol) as symbol,
            claimed.system_date as system_date,
            claimed.event_at as event_at,
            claimed.receipt_order as receipt_order
        ),
        claimed.activity_id as corrected_by,
        coalesce(own.is_exact_reversal, false) as is_exact_reversal,
        coalesce(own.reversal_rank, 1) as reversal_rank
    from latest
    inner join claimed on claimed.previous_id = latest.activity_id and claimed.seq = 1
    left join claimed as own on own.activity_id = latest.activity_id
    where latest.status <> 'canceled'

)

select
    *,
    row_number() over states as state,
    lead(activity_id) over states is null as is_latest,
    corrected_by is not null
    or lag((status, account_id, entry_type, entry_sub_type, symbol, qty, price, net_amount,
        system_date, settle_date)) over states
    is distinct from (status, account_id, entry_type, entry_sub_type, symbol, qty, price,
        net_amount, system_date, settle_date) as changed
from every_state
-- What the older stream only announced is before what the newer one says of it.
window states as (
    partition by activity_id order by corrected_by is not null, source = 'activities', receipt_order
)
