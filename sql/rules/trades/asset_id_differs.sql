-- title:    One symbol stands for two assets on one day, or one asset for two symbols
-- severity: S2
-- scope:    symbol
-- reads:    executions, activities_to_date, calendar
-- params:   none
--
-- The broker names a security by its symbol and by an asset id. On one trade date each symbol has one
-- id and each id one symbol; else an execution was booked in the wrong security, and position and
-- cost of both are wrong. Both change with a corporate action: where an activity of one names the
-- symbol on the trade date, or a session before or after, two are within tolerance (law of the
-- effective date), since the broker's overnight session begins before it.
-- Fills of both streams are looked at, of busts and corrections neither: they name the security as
-- it was. An execution without an asset id is not compared; a symbol of which none says one is not
-- evaluated.
-- Clears when the execution is received with the right asset, or busted.
with

fills as (

    select trade_date, symbol, nullif(asset_id, '') as asset_id, execution_id
    from executions
    where event in ('fill', 'partial_fill') and symbol is not null and trade_date is not null

),

symbols_per_asset as (

    select trade_date, asset_id, count(distinct symbol) as symbols
    from fills
    where asset_id is not null
    group by trade_date, asset_id

),

assets_per_symbol as (

    select
        fills.trade_date,
        fills.symbol,
        count(distinct fills.asset_id) as assets,
        max(symbols_per_asset.symbols) as symbols,
        min(fills.asset_id) as first_asset,
        list(distinct fills.execution_id order by fills.execution_id)[1:20] as evidence
    from fills
    left join symbols_per_asset
        on symbols_per_asset.trade_date = fills.trade_date
        and symbols_per_asset.asset_id = fills.asset_id
    group by fills.trade_date, fills.symbol

),

changed_symbols as (

    select distinct
        unnest([symbol, source_symbol, target_symbol]) as symbol,
        system_date
    from activities_to_date
    where entry_type in ('NC', 'SPLIT', 'MA', 'SPIN', 'REO', 'REORG', 'VOF', 'OPCA')

),

changes as (

    select distinct assets_per_symbol.trade_date, assets_per_symbol.symbol
    from assets_per_symbol
    inner join calendar on calendar.date = assets_per_symbol.trade_date
    inner join changed_symbols
        on changed_symbols.symbol = assets_per_symbol.symbol
        and changed_symbols.system_date
        between calendar.previous_session and calendar.next_session

),

verdicts as (

    select
        assets_per_symbol.symbol,
        'asset on ' || assets_per_symbol.trade_date as subject,
        case
            when assets = 0 then 'not_evaluated'
            when assets = 1 and symbols = 1 then 'pass'
            when changes.symbol is not null then 'within_tolerance'
            else 'break'
        end as verdict,
        'one asset of one symbol' as expected,
        concat(assets, ' assets, ', coalesce(symbols, 0), ' symbols') as actual,
        (greatest(assets, symbols, 1) - 1)::decimal(38, 9) as difference,
        'assets' as unit,
        evidence
    from assets_per_symbol
    left join changes
        on changes.trade_date = assets_per_symbol.trade_date
        and changes.symbol = assets_per_symbol.symbol

)

select * from verdicts
