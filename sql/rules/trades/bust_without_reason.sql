-- title:    A bust does not say why
-- severity: S3
-- scope:    account
-- reads:    order_events
-- params:   since = 2026-08-12
--
-- Since that day the broker prints the reason of a bust, TRADE_BUST or a text of its own. One without
-- a reason is booked all the same; but who has to tell the customer why the trade is gone must ask the
-- broker. Any text is a reason. Busts sent before that day have no row.
-- Clears when the bust is received with its reason.
with

verdicts as (

    select
        account_id,
        nullif(symbol, '') as symbol,
        'bust ' || event_id as subject,
        if(trim(coalesce(reason, '')) = '', 'break', 'pass') as verdict,
        'a reason' as expected,
        coalesce(nullif(trim(reason), ''), 'none') as actual,
        [event_id] as evidence
    from order_events
    where event = 'trade_bust' and event_at >= $since::date

)

select * from verdicts
