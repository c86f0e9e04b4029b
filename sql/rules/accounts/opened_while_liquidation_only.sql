-- title:    An account that may only liquidate opened a position
-- severity: S2
-- scope:    account
-- reads:    opening_fills, settings_in_force, coverage
-- params:   none
--
-- The broker restricts an account to liquidation for a reason: a deposit that the bank returned, day
-- trading without the equity for it, positions too large for what it is worth. As long as one reason
-- stands it may only reduce what it holds; whoever buys meanwhile buys with what is not his. Looked at
-- is each fill that leaves a position longer or shorter than before, of an account of which such a
-- reason was ever reported. An order that was placed before the first reason may still be filled:
-- within tolerance.
-- `not_evaluated`: a reason stood at the fill, and when the order was placed is not archived; or what
-- stood then is not known.
-- No row where the stream of account events is not read. Clears when the fill is busted.
with

reasons as (

    select account_id, setting, since, until, coalesce(value, '') = 'true' as stands
    from settings_in_force
    where starts_with(setting, 'restrict_to_liquidation_reasons.')

),

fills as (

    select *
    from opening_fills
    where account_id in (select account_id from reasons)
        and exists (select 1 from coverage where coverage.stream = 'account_status')

),

fills_with_reasons as (

    select
        fills.account_id, fills.symbol, fills.execution_id, fills.side, fills.qty,
        not bool_or(reasons.stands) filter (
            where fills.placed_at >= reasons.since
                and fills.placed_at < coalesce(reasons.until, 'infinity'::timestamptz)
        ) as allowed_when_placed,
        not bool_or(reasons.stands) filter (
            where fills.filled_at >= reasons.since
                and fills.filled_at < coalesce(reasons.until, 'infinity'::timestamptz)
        ) as allowed_when_filled
    from fills
    inner join reasons on reasons.account_id = fills.account_id
    group by fills.account_id, fills.symbol, fills.execution_id, fills.side, fills.qty

)

select
    account_id,
    symbol,
    'execution ' || execution_id as subject,
    permitted(allowed_when_placed, allowed_when_filled) as verdict,
    'no position opened while liquidation only' as expected,
    side || ' ' || plain(qty) as actual,
    [execution_id] as evidence
from fills_with_reasons
