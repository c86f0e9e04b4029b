-- title:    An account's transfers of one day exceed its limit
-- severity: S2
-- scope:    account
-- reads:    funding_entries, settings_in_force, coverage
-- params:   none
--
-- The broker's staff may limit what an account deposits, and what it withdraws, in a day. Deposits
-- (CSD) and withdrawals (CSW) are added up apart, by the day on which they were asked for; what gives a
-- returned deposit back is none. Where the limit changed between asking and booking the highest
-- counts. Looked at are accounts of which a limit was ever reported; the limit that the broker's
-- partner has for all accounts is in no stream.
-- `not_evaluated`: the sum exceeds the limit, no single one does, and the day on which each was asked for
-- is not known; or the limit of then is not known or was the default.
-- No row where the stream of account events is not read. Clears when what is too much is reversed.
with

entries as (

    select
        *,
        coalesce(begun_on, system_date) as asked_on,
        if(is_incoming, 'deposits', 'withdrawals') as kind,
        abs(net_amount) as amount
    from funding_entries
    where entry_type in ('CSD', 'CSW')
        and exists (select 1 from coverage where coverage.stream = 'account_status')

),

limits as (

    select account_id, since, until, exact_decimal(value) as amount
    from settings_in_force
    where setting = 'acct_daily_transfer_limit'
        and account_id in (
            select account_id
            from settings_in_force
            where setting = 'acct_daily_transfer_limit' and value is not null
        )

),

entries_with_limits as (

    select
        entries.account_id, entries.kind, entries.asked_on, entries.activity_id,
        entries.begun_on, entries.amount,
        if(
            min(limits.since) <= min(entries.asked_since) and count(*) = count(limits.amount),
            max(limits.amount), null
        ) as limit_amount
    from entries
    inner join limits
        on limits.account_id = entries.account_id
        and limits.since < entries.booked_until
        and coalesce(limits.until, 'infinity'::timestamptz) > entries.asked_since
    group by entries.account_id, entries.kind, entries.asked_on, entries.activity_id,
        entries.begun_on, entries.amount

),

days as (

    select
        account_id, kind, asked_on,
        sum(amount) as total,
        max(amount) as largest,
        if(count(*) = count(limit_amount), max(limit_amount), null) as limit_amount,
        count(*) = count(begun_on) as is_dated,
        list(activity_id order by activity_id) as evidence
    from entries_with_limits
    group by account_id, kind, asked_on

),

verdicts as (

    select
        account_id,
        kind || ' of ' || asked_on as subject,
        case
            when limit_amount is null then 'not_evaluated'
            when total <= limit_amount then 'pass'
            when is_dated or largest > limit_amount then 'break'
            else 'not_evaluated'
        end as verdict,
        coalesce('at most ' || plain(limit_amount), 'limit not known') as expected,
        plain(total) as actual,
        (total - limit_amount)::decimal(38, 9) as difference,
        evidence
    from days

)

select * from verdicts
