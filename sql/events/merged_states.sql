-- title: The states of every non-trade activity that the broker sent, merged from both streams
-- reads: nta_states, typed_states
-- columns:
--   is_last: whether it is the last state of its activity that was sent
--
-- Each activity once, though both streams may report it. An id that the legacy stream has executed,
-- corrected or canceled has its states there, and the activity stream adds what it alone says. Of
-- any other id the states are those of the activity stream, after what the legacy stream only
-- announced as pending.
-- A state that is published before one that is there already changes nothing and is left out.
with

newest_typed as (

    select *
    from events.typed_states
    where is_outdated is not true
    qualify row_number() over (partition by activity_id order by receipt_order desc) = 1

),

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
    left join newest_typed as typed on typed.activity_id = nta.activity_id
    where nta.is_outdated is not true

),

merged as (

    from legacy
    union all by name
    from events.typed_states
    where is_outdated is not true and activity_id not in (
        select activity_id from events.nta_states where status <> 'pending'
    )

)

select
    * exclude (is_outdated),
    row_number() over (
        partition by activity_id order by source = 'activities' desc, receipt_order desc
    ) = 1 as is_last
from merged
