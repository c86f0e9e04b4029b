-- One row per non-trade activity: the last state of its id. Legacy descriptions are read here and
-- nowhere else. `group_key` ties the legs of one corporate action of one account: the broker's
-- group where it sends one, else type, symbol and nearness of the booking dates, since legs can
-- come minutes apart and on both sides of midnight.
with

latest as (

    select *
    from stream_nta
    qualify row_number() over (partition by identity order by received desc) = 1

),

counted as (

    select
        identity,
        count(distinct (status, account_id, entry_type, symbol, qty, price, net_amount))
        - count(distinct status) as conflicts
    from stream_nta
    group by identity

),

described as (

    select
        latest.*,
        counted.conflicts,
        coalesce(nullif(entry_sub_type, ''), case
            when entry_type = 'FEE' then nullif(regexp_extract(description, '^(ORF|OCC)', 1), '')
        end) as sub_type,
        regexp_extract(description, '^(?:Cash|Stock) DIV @ ([0-9.]+)', 1) as div_rate,
        regexp_extract(description, 'Pos QTY: (-?[0-9.]+)', 1) as div_qty,
        regexp_extract(description, 'Rec Date: (\d{4}-\d{2}-\d{2})', 1) as record_day,
        regexp_extract(description, 'From QTY: ?-?([0-9.]+)', 1) as from_qty,
        regexp_extract(description, 'To QTY: ?-?([0-9.]+)', 1) as to_qty,
        regexp_extract(description, 'withholding on \$([0-9.]+)', 1) as withheld_on,
        regexp_extract(description, ' at ([0-9.]+)%', 1) as percent,
        regexp_extract(description, 'Cash Merger \$([0-9.]+) per share', 1) as cash_merger,
        regexp_extract(description, ' and \$([0-9.]+) for ', 1) as cash_with_stock,
        regexp_extract(
            description, 'Merger ([0-9.]+) (\S+) (?:and \$[0-9.]+ )?for ([0-9.]+) (\S+)$',
            ['new_rate', 'target', 'old_rate', 'source']
        ) as merger,
        regexp_extract(
            description, 'Target Symbol: (\S+), Initiating Symbol: (\S+), ([0-9.]+) ',
            ['target', 'source', 'rate']
        ) as spin,
        regexp_extract(description, '^Name Change from (\S+) to (\S+)', ['source', 'target'])
            as renamed,
        regexp_extract(description, '^(REMOVE|ADD)\b', 1) as printed_leg,
        regexp_extract(description, 'fee for proceed of \$?([0-9.]+)', 1) as fee_driver,
        regexp_extract(description, '(?:^| on )(\d{4}-\d{2}-\d{2}) ?(?:by|Non-Retail)', 1)
            as fee_day
    from latest
    inner join counted on counted.identity = latest.identity

),

read as (

    select
        *,
        coalesce(
            nullif(merger.source, ''), nullif(spin.source, ''), nullif(renamed.source, ''), symbol
        ) as read_source,
        coalesce(nullif(merger.target, ''), nullif(spin.target, ''), nullif(renamed.target, ''))
            as read_target
    from described

),

-- Legs of the same action are booked at most five days apart.
spaced as (

    select
        *,
        coalesce(
            system_date - lag(system_date) over same_action > 5, false
        ) as begins_group
    from read
    window same_action as (
        partition by account_id, entry_type, sub_type, read_source
        order by system_date, received
    )

),

numbered as (

    select
        *,
        sum(begins_group::int) over (
            partition by account_id, entry_type, sub_type, read_source
            order by system_date, received
        ) as group_number
    from spaced

),

dated as (

    select
        *,
        min(system_date) over (
            partition by account_id, entry_type, sub_type, read_source, group_number
        ) as group_date
    from numbered

)

select
    identity as activity_id,
    account_id,
    entry_type,
    sub_type as entry_sub_type,
    coalesce(status, 'executed') as status,
    nullif(symbol, '') as symbol,
    nullif(cusip, '') as cusip,
    coalesce(qty, 0) as qty,
    price,
    price_dp,
    net_amount,
    per_share_amount,
    description,
    settle_date,
    system_date,
    to_microseconds(event_at) as event_at,
    received,
    group_id,
    execution_id,
    corporate_action_id,
    swap_rate,
    conflicts,
    coalesce(exact_decimal(div_rate), per_share_amount) as rate,
    exact_decimal(div_qty) as entitled_qty,
    try_cast(nullif(record_day, '') as date) as record_date,
    exact_decimal(from_qty) as old_qty,
    exact_decimal(to_qty) as new_qty,
    nullif(read_source, '') as source_symbol,
    read_target as target_symbol,
    coalesce(exact_decimal(cash_merger), exact_decimal(cash_with_stock)) as cash_rate,
    coalesce(exact_decimal(merger.new_rate), exact_decimal(spin.rate)) as exchange_rate,
    exact_decimal(merger.old_rate) as old_rate,
    exact_decimal(percent) as tax_rate,
    exact_decimal(withheld_on) as gross_amount,
    try_cast(nullif(fee_day, '') as date) as fee_date,
    exact_decimal(fee_driver) as fee_base,
    case
        when printed_leg <> '' then printed_leg
        when qty < 0 then 'REMOVE'
        when qty > 0 then 'ADD'
        when net_amount <> 0 then 'CASH'
    end as leg,
    account_id || ' ' || entry_type || ' ' || coalesce(
        group_id, concat_ws(' ', sub_type, nullif(read_source, ''), group_date::varchar)
    ) as group_key
from dated
