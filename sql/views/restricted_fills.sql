-- title: The fills of a kind that an account may be refused, and whether it was
-- scope: account
-- reads: opening_fills, settings_in_force
-- columns:
--   verdict: pass, within_tolerance, break or not_evaluated
--
-- One row a fill and setting: a sale of shares that leaves the account short (disable_shorting), a
-- purchase of a part of a share (disable_fractional), a purchase of crypto (disable_crypto, and the
-- state of the account's crypto side). The order counts, not its fill: `permitted` (sql/macros.sql)
-- says what the verdict is. A purchase that covers, and a sale of what is held, are never refused.
with

fills as (

    select
        *,
        unnest(case
            when asset_class = 'crypto' then
                if(side = 'buy', ['disable_crypto', 'crypto_status'], [])
            when asset_class <> 'us_equity' then []
            when side <> 'buy' then ['disable_shorting']
            when coalesce(ordered_qty, qty) % 1 <> 0 then ['disable_fractional']
            else []
        end) as setting
    from opening_fills

),

stretches as (

    select *, if(setting = 'crypto_status', value = 'ACTIVE', coalesce(value, '') <> 'true') as allows
    from settings_in_force

)

select
    fills.*,
    permitted(when_placed.allows, when_filled.allows) as verdict
from fills
left join stretches as when_placed
    on when_placed.account_id = fills.account_id
    and when_placed.setting = fills.setting
    and fills.placed_at >= when_placed.since
    and fills.placed_at < coalesce(when_placed.until, 'infinity'::timestamptz)
left join stretches as when_filled
    on when_filled.account_id = fills.account_id
    and when_filled.setting = fills.setting
    and fills.filled_at >= when_filled.since
    and fills.filled_at < coalesce(when_filled.until, 'infinity'::timestamptz)
