-- title: Every message of the legacy stream of non-trade activities, in columns
-- reads: stream_nta
--
-- Every archived message of the legacy stream of non-trade activities, one row each: legacy
-- descriptions are read here and nowhere else. `action_family` and `group_hint` say what the legs of one
-- corporate action of one account have in common beside a group: an adjusted contract keeps its
-- expiry and type under any name, an exercise its underlying; a unit split prints nothing that
-- ties its symbols. `journal` ties the two sides of a journal.
with

described as (

    select
        *,
        case
            when nullif(entry_sub_type, '') is not null then entry_sub_type
            when entry_type = 'FEE' then nullif(regexp_extract(description, '^(ORF|OCC)', 1), '')
            when entry_type = 'REORG' and starts_with(description, 'Worthless Removal') then 'WRM'
            when entry_type = 'VOF' and ends_with(description, 'rights distribution') then 'VDST'
            when entry_type = 'VOF' and starts_with(description, 'Rights Exercise') then 'VRGT'
        end as sub_type,
        regexp_extract(description, '^(?:Cash|Stock) DIV @ ([0-9.,]+)(?:, |$)', 1) as div_rate,
        regexp_extract(description, 'Pos QTY: (-?[0-9.,]+)(?:, |$)', 1) as div_qty,
        regexp_extract(description, 'Rec Date: (\d{4}-\d{2}-\d{2})', 1) as record_day,
        regexp_extract(description, 'From QTY: ?-?([0-9.,]+)(?:, |$)', 1) as from_qty,
        regexp_extract(description, 'To QTY: ?-?([0-9.,]+)(?:, |$)', 1) as to_qty,
        regexp_extract(description, 'withholding on \$([0-9.,]+) at ', 1) as withheld_on,
        regexp_extract(description, ' at ([0-9.,]+)%', 1) as percent,
        regexp_extract(description, 'Cash Merger \$([0-9.,]+) per share', 1) as cash_merger,
        regexp_extract(description, ' and \$([0-9.,]+) for ', 1) as cash_with_stock,
        regexp_extract(
            description, 'Merger ([0-9.,]+) (\S+) (?:and \$[0-9.,]+ )?for ([0-9.,]+) (\S+)$',
            ['new_rate', 'target', 'old_rate', 'source']
        ) as merger,
        regexp_extract(
            description, 'Target Symbol: (\S+), Initiating Symbol: (\S+), ([0-9.,]+) ',
            ['target', 'source', 'rate']
        ) as spin,
        regexp_extract(description, '^Name Change from (\S+) to (\S+)', ['source', 'target'])
            as renamed,
        regexp_extract(description, '^(REMOVE|ADD)\b', 1) as printed_leg,
        regexp_extract(description, 'fee for proceed of \$?([0-9.,]+) ', 1) as fee_driver,
        regexp_extract(description, '(?:^| on )(\d{4}-\d{2}-\d{2}) ?(?:by|Non-Retail)', 1)
            as fee_day,
        regexp_extract(description, '^Journal ID: (.+)$', 1) as journal_id,
        regexp_extract(description, '^ID: (.+ - .+)$', 1) as journal_sides,
        regexp_extract(
            symbol, '^(.+?)\d?(\d{6}[CP])\d{8}$', ['underlying', 'expiry']
        ) as contract
    from stream_nta

),

read as (

    select
        *,
        coalesce(
            nullif(merger.source, ''), nullif(spin.source, ''), nullif(renamed.source, ''), symbol
        ) as read_source,
        coalesce(nullif(merger.target, ''), nullif(spin.target, ''), nullif(renamed.target, ''))
            as read_target,
        case
            when entry_type in ('OPASN', 'OPEXC', 'OPEXP', 'OPTRD', 'OPCSH') then 'OPTION'
            else entry_type
        end as action_family
    from described

),

tied as (

    select
        *,
        case
            when sub_type = 'USPLIT' then ''
            when entry_type = 'OPCA' then coalesce(nullif(contract.expiry, ''), symbol)
            when action_family = 'OPTION' then coalesce(nullif(contract.underlying, ''), symbol)
            else read_source
        end as group_hint
    from read

)

select
    identity as activity_id,
    'nta' as source,
    account_id,
    entry_type,
    sub_type as entry_sub_type,
    coalesce(status, 'executed') as status,
    nullif(symbol, '') as symbol,
    if(symbol <> '', 'symbol', null) as symbol_from,
    nullif(cusip, '') as cusip,
    coalesce(qty, 0)::decimal(38, 9) as qty,
    price,
    price_dp,
    net_amount,
    null::varchar as currency,
    per_share_amount,
    description,
    settle_date,
    system_date,
    to_microseconds(event_at) as event_at,
    receipt_order,
    is_outdated,
    group_id,
    execution_id,
    execution_id as parent_id,
    null::varchar as previous_id,
    corporate_action_id,
    nullif(journal_id, '') as journal_id,
    null::varchar as transfer_id,
    null::varchar as external_id,
    exact_rate(fx_rate) as swap_rate,
    coalesce(printed_decimal(div_rate), per_share_amount) as rate,
    printed_decimal(div_qty) as entitled_qty,
    try_cast(nullif(record_day, '') as date) as record_date,
    printed_decimal(from_qty) as old_qty,
    printed_decimal(to_qty) as new_qty,
    nullif(read_source, '') as source_symbol,
    read_target as target_symbol,
    coalesce(printed_decimal(cash_merger), printed_decimal(cash_with_stock)) as cash_rate,
    coalesce(printed_decimal(merger.new_rate), printed_decimal(spin.rate)) as exchange_rate,
    printed_decimal(merger.old_rate) as old_rate,
    printed_decimal(percent) as tax_rate,
    printed_decimal(withheld_on) as gross_amount,
    try_cast(nullif(fee_day, '') as date) as fee_date,
    printed_decimal(fee_driver) as fee_base,
    case
        when printed_leg <> '' then printed_leg
        -- A short holder gives what it owes: the sign alone would swap the legs.
        when qty <> 0 and read_source <> read_target and symbol = read_source then 'REMOVE'
        when qty <> 0 and read_source <> read_target and symbol = read_target then 'ADD'
        when qty < 0 then 'REMOVE'
        when qty > 0 then 'ADD'
        when net_amount <> 0 then 'CASH'
    end as ca_leg,
    action_family,
    group_hint,
    coalesce(
        nullif(journal_id, ''), concat_ws(' ', nullif(journal_sides, ''), system_date::varchar)
    ) as journal
from tied
