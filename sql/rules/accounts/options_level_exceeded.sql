-- title:    An account opened an option position above its options level
-- severity: S2
-- scope:    account
-- reads:    opening_fills, settings_in_force, coverage
-- params:   none
--
-- As documented an account with level 0 trades no options, with 1 it writes covered ones, with 2 it
-- buys them, with 3 it trades spreads. What counts is the lower of the level that was approved for it
-- and the one that the broker's staff set as the most. So a fill that opens a short position needs
-- level 1, a long one level 2, two legs or more that open in one execution level 3. What closes a
-- position is always right. The level at the order's placing counts: what was ordered before it was
-- lowered may still be filled, within tolerance. Whether a written option is covered is not looked
-- at.
-- `not_evaluated`: the level was never reported, or it is too low at the fill and when the order was
-- placed is not archived.
-- No row where the stream of account events is not read. Clears when the fill is busted.
with

fills as (

    select
        *,
        case when opening_legs > 1 then 3 when side = 'buy' then 2 else 1 end as needed
    from opening_fills
    where asset_class = 'us_option'
        and exists (select 1 from coverage where coverage.stream = 'account_status')

),

levels as (

    select
        *,
        try_cast(value as int) as level,
        value is null and setting = 'max_options_trading_level' as is_default
    from settings_in_force
    where setting in ('options.approved_level', 'max_options_trading_level')

),

moments as (

    select *, 'placed' as moment, placed_at as judged_at from fills
    union all by name
    select *, 'filled' as moment, filled_at as judged_at from fills

),

-- Both levels must be known and high enough; one that is too low is enough to forbid.
moments_with_levels as (

    select
        moments.account_id, moments.symbol, moments.execution_id, moments.side, moments.qty,
        moments.needed, moments.moment,
        count(levels.setting) as known,
        bool_and(if(is_default, true, level >= needed)) as is_enough,
        bool_or(level < needed) as is_too_low,
        min(levels.level) as level
    from moments
    left join levels
        on levels.account_id = moments.account_id
        and moments.judged_at >= levels.since
        and moments.judged_at < coalesce(levels.until, 'infinity'::timestamptz)
        and (levels.level is not null or is_default)
    group by moments.account_id, moments.symbol, moments.execution_id, moments.side, moments.qty,
        moments.needed, moments.moment

),

allowed as (

    select
        *,
        case when is_too_low then false when known = 2 and is_enough then true end as is_allowed
    from moments_with_levels

),

verdicts as (

    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        permitted(
            bool_and(is_allowed) filter (where moment = 'placed'),
            bool_and(is_allowed) filter (where moment = 'filled')
        ) as verdict,
        'level ' || any_value(needed) as expected,
        coalesce('level ' || min(level) filter (where moment = 'filled'), 'level not known')
            as actual,
        [execution_id] as evidence
    from allowed
    group by account_id, symbol, execution_id, side, qty

)

select * from verdicts
