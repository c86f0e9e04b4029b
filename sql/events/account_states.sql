-- title: Every state of every account at the broker
-- reads: stream_account_status, calendar
-- columns:
--   crypto_status_from: the state of the crypto side before
--   crypto_status_to: the state of the crypto side that the event brought
--   pattern_day_trader: whether the broker flags a pattern day trader
--   reason: why, as the broker says
--   admin_configurations: what the broker's staff or an automated process overrides, as sent [JSON]
--   cash_interest: the program of interest on cash, as sent [JSON]
--   fpsl: the lending of fully paid shares, as sent [JSON]
--   kyc_results: the result of the checks on who the customer is, as sent [JSON]
--   options: the approved options level, as sent [JSON]
--
-- What the broker says of an account, one row per event; only what changed is in an event, the rest
-- is null. An empty text is no number and no status yet. The values of the properties that are sent
-- as JSON are in account_settings. Steps go by time, then by publication, then by receipt, since
-- history may be read after what followed it. An id may stand for two accounts: those of June 2023
-- to December 2024 were not unique and were made anew, so the same content under another id is the
-- same event.
with

latest as (

    select *
    from stream_account_status
    qualify row_number() over (partition by identity, account_id order by receipt_order desc) = 1

),

parsed as (

    select
        latest.account_id,
        nullif(account_number, '') as account_number,
        nullif(status_from, '') as status_from,
        nullif(status_to, '') as status_to,
        nullif(crypto_status_from, '') as crypto_status_from,
        nullif(crypto_status_to, '') as crypto_status_to,
        try_cast(trim(account_blocked, '"') as boolean) as account_blocked,
        try_cast(trim(trading_blocked, '"') as boolean) as trading_blocked,
        try_cast(trim(pattern_day_trader, '"') as boolean) as pattern_day_trader,
        nullif(reason, '') as reason,
        admin_configurations, cash_interest, fpsl, kyc_results, options,
        latest.identity as event_id,
        to_microseconds(event_at) as event_at,
        broker_day(to_microseconds(event_at))
            as new_york_date,
        published,
        receipt_order
    from latest

),

once as (

    select *
    from parsed
    qualify row_number() over (
        partition by
            account_id, event_at, account_number, status_from, status_to, crypto_status_from,
            crypto_status_to, account_blocked, trading_blocked, pattern_day_trader, reason,
            admin_configurations, cash_interest, fpsl, kyc_results, options
        order by published, receipt_order
    ) = 1

)

select
    once.account_id,
    row_number() over (
        partition by once.account_id order by once.event_at, once.published, once.receipt_order
    ) as step,
    once.account_number,
    once.status_from,
    once.status_to,
    once.crypto_status_from,
    once.crypto_status_to,
    once.account_blocked,
    once.trading_blocked,
    once.pattern_day_trader,
    once.reason,
    once.admin_configurations,
    once.cash_interest,
    once.fpsl,
    once.kyc_results,
    once.options,
    once.event_id,
    once.event_at,
    coalesce(calendar.session_date, once.new_york_date) as system_date,
    once.receipt_order
from once
left join events.calendar on calendar.date = once.new_york_date
