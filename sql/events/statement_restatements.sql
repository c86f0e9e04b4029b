-- title: What two readings of one statement say differently
-- reads: stream_eod_positions, stream_eod_cash
-- columns:
--   kind: position or cash
--   quantities: what the readings said of the quantity, or of the cash, in their order
--   change: the last of these less the first; null where one cannot be read [units of the symbol, or currency]
--   others: how many different prices, values and costs they said
--   evidence: the identities of the pages, or answers, of those readings
--
-- A positions statement, or a balance, that was read more than once for a date: one row for each
-- position, and each balance, that is not the same in all whole readings. A position that a reading
-- does not list is zero there. A page that was sent again is no second reading, so that nearly always
-- this is empty.
with

repeated_pages as (

    select
        statement_date as system_date,
        left(segment, 6)::bigint as reading,
        identity,
        positions
    from stream_eod_positions
    where statement_date in (
        select statement_date
        from stream_eod_positions
        group by statement_date
        having min(left(segment, 6)) < max(left(segment, 6))
    )

),

accounts as (

    select
        system_date,
        reading,
        identity,
        unnest(json_keys(positions)) as account_id,
        unnest(positions -> '$.*') as positions
    from repeated_pages

),

lines as (

    select
        system_date,
        reading,
        identity,
        account_id,
        unnest(coalesce(from_json(positions, '[{"symbol": "VARCHAR", "qty": "VARCHAR",
            "side": "VARCHAR", "avg_entry_price": "VARCHAR", "market_value": "VARCHAR",
            "cost_basis": "VARCHAR", "current_price": "VARCHAR"}]'), [null])) as line
    from accounts

),

positions as (

    select
        system_date,
        account_id,
        line.symbol as symbol,
        reading,
        count(exact_decimal(line.qty)) = count(*) as is_readable,
        sum(if(line.side = 'short', -abs(exact_decimal(line.qty)), exact_decimal(line.qty)))
            as qty,
        list_sort(list(concat_ws(
            ' ', rounded_decimal(line.avg_entry_price), rounded_decimal(line.market_value),
            rounded_decimal(line.cost_basis), rounded_decimal(line.current_price)
        )))::varchar as others,
        min(identity) as identity
    from lines
    group by system_date, account_id, line.symbol, reading

),

readings as (

    select distinct system_date, reading from repeated_pages

),

said as (

    select
        'position' as kind,
        listed.system_date,
        listed.account_id,
        listed.symbol,
        readings.reading,
        case
            when positions.is_readable is null then 0
            when positions.is_readable then positions.qty
        end as qty,
        positions.others,
        positions.identity
    from (select distinct system_date, account_id, symbol from positions) as listed
    inner join readings on readings.system_date = listed.system_date
    left join positions
        on positions.system_date = listed.system_date
        and positions.reading = readings.reading
        and positions.account_id = listed.account_id
        and positions.symbol is not distinct from listed.symbol
    union all by name
    select
        'cash' as kind,
        balance_asof as system_date,
        account_id,
        null as symbol,
        receipt_order as reading,
        last_cash as qty,
        concat_ws(' ', rounded_decimal(last_equity), currency) as others,
        identity
    from stream_eod_cash

)

select
    kind,
    system_date,
    account_id,
    symbol,
    list(coalesce(plain(qty), 'unreadable') order by reading) as quantities,
    if(count(qty) = count(*), last(qty order by reading) - first(qty order by reading), null)
        ::decimal(38, 9) as change,
    count(distinct others)::int as others,
    list(distinct identity order by identity) filter (where identity is not null) as evidence
from said
group by kind, system_date, account_id, symbol
having count(distinct coalesce(plain(qty), 'unreadable')) > 1 or count(distinct others) > 1
