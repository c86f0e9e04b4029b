-- title:    Cash or shares moved in or out of an account whose transfers are blocked
-- severity: S2
-- scope:    account
-- reads:    funding_entries, settings_in_force, coverage
-- params:   none
--
-- The broker's staff blocks an account's incoming or outgoing transfers, after a returned deposit,
-- say, or on suspicion. From then on it rejects what is asked for in that direction: no deposit or
-- transfer from another house comes in, no withdrawal or transfer goes out. The day of the
-- transfer's first state counts, and a day on which the block was set or lifted may lie on its
-- right side. What was asked for before may still be booked: within tolerance. What gives a
-- returned deposit back is no transfer that was asked for, a journal is none either. The reference
-- page of the broker says that `false` blocks; the name and the later schema say `true`.
-- `not_evaluated`: whether the account was blocked is not known; or it was on the day of booking, when
-- the transfer was asked for is not known, and it was not yet blocked seven days before.
-- No row where the stream of account events is not read. Clears when the booking is reversed.
with

entries as (

    select
        *,
        if(is_incoming, 'incoming', 'outgoing') || '_transfers_blocked' as setting
    from funding_entries
    where not is_journal
        and exists (select 1 from coverage where coverage.stream = 'account_status')

),

entries_with_stretches as (

    select
        entries.account_id, entries.symbol, entries.activity_id, entries.entry_type,
        entries.setting, entries.begun_on,
        min(since) <= min(asked_since) as is_known,
        bool_and(value is not distinct from 'true') filter (
            where since < asked_until and coalesce(until, 'infinity'::timestamptz) > asked_since
        ) as was_blocked,
        bool_and(value is not distinct from 'true') filter (
            where since < booked_until and coalesce(until, 'infinity'::timestamptz) > booked_since
        ) as is_blocked
    from entries
    left join settings_in_force as stretches
        on stretches.account_id = entries.account_id and stretches.setting = entries.setting
    group by entries.account_id, entries.symbol, entries.activity_id, entries.entry_type,
        entries.setting, entries.begun_on

)

select
    account_id,
    symbol,
    'activity ' || activity_id as subject,
    permitted(
        case
            when is_known and was_blocked then false
            when is_known and begun_on is not null then true
        end,
        not is_blocked
    ) as verdict,
    'not ' || setting as expected,
    entry_type || coalesce(' asked for on ' || begun_on, '') as actual,
    [activity_id] as evidence
from entries_with_stretches
