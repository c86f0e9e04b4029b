-- title: Every message of the activity stream but executions, in columns
-- reads: stream_activities, named_cusips, calendar
--
-- Every archived message of the activity stream but executions, one row each, in the columns of
-- `nta_states`: what the legacy stream prints in descriptions is in `details`, each type's own.
-- Whose symbol a leg moves is in `asset`, or follows from its sign: all legs of an action repeat
-- the same details. A short holder's signs are the other way round: his old quantity is negative,
-- or his legs have the printed quantities with the other sign. Two new symbols of as many shares
-- each are told apart by nothing. What is named by a CUSIP alone, as a matured bond is, is the
-- security that the streams last named beside it.
-- A date that is missing is taken from the execution: each event must have one to be booked.
with

parsed as (

    select
        * exclude (details),
        from_json(case when json_type(details) = 'OBJECT' then details end, '{
            "symbol": "VARCHAR", "old_symbol": "VARCHAR", "new_symbol": "VARCHAR",
            "alternate_symbol": "VARCHAR", "source_symbol": "VARCHAR", "acquiree_symbol": "VARCHAR",
            "acquirer_symbol": "VARCHAR", "old_contract_symbol": "VARCHAR",
            "new_contract_symbol": "VARCHAR", "cusip": "VARCHAR", "old_cusip": "VARCHAR",
            "new_cusip": "VARCHAR", "alternate_cusip": "VARCHAR", "source_cusip": "VARCHAR",
            "acquiree_cusip": "VARCHAR", "acquirer_cusip": "VARCHAR", "old_qty": "VARCHAR",
            "new_qty": "VARCHAR", "alternate_qty": "VARCHAR", "source_qty": "VARCHAR",
            "acquiree_qty": "VARCHAR", "acquirer_qty": "VARCHAR", "position_qty": "VARCHAR",
            "entitled_qty": "VARCHAR", "rate": "VARCHAR", "long_term_rate": "VARCHAR",
            "short_term_rate": "VARCHAR", "old_rate": "VARCHAR", "new_rate": "VARCHAR",
            "alternate_rate": "VARCHAR", "source_rate": "VARCHAR", "acquiree_rate": "VARCHAR",
            "acquirer_rate": "VARCHAR", "cash_rate": "VARCHAR", "tax_rate": "VARCHAR",
            "record_date": "VARCHAR", "position_date": "VARCHAR", "group_id": "VARCHAR",
            "ca_id": "VARCHAR", "parent_id": "VARCHAR", "journal_id": "VARCHAR",
            "transfer_id": "VARCHAR", "external_id": "VARCHAR", "bank_transaction_id": "VARCHAR",
            "swap_rate": "VARCHAR"
        }') as details
    from stream_activities
    where activity_type <> 'TRD'

),

read as (

    select
        * exclude (qty, net_amount),
        coalesce(qty, 0)::decimal(38, 9) as qty,
        coalesce(net_amount, 0)::decimal(38, 9) as net_amount,
        exact_decimal(coalesce(details.new_qty, details.acquirer_qty)) as told_new_qty,
        exact_decimal(details.alternate_qty) as alternate_qty,
        exact_decimal(coalesce(details.old_qty, details.source_qty, details.acquiree_qty,
            details.position_qty)) as told_old_qty,
        nullif(case
            when activity_type = 'NC' then details.old_symbol
            when activity_type = 'MA' then details.acquiree_symbol
            when activity_type in ('SPIN', 'VOF', 'REO') then details.source_symbol
            when activity_type = 'OPCA' then details.old_contract_symbol
            when activity_type = 'SPLIT' then coalesce(details.old_symbol, details.symbol)
        end, '') as old_name,
        nullif(case
            when activity_type in ('NC', 'SPIN', 'VOF') then details.new_symbol
            when activity_type = 'MA' then details.acquirer_symbol
            when activity_type = 'REO' then details.symbol
            when activity_type = 'OPCA' then details.new_contract_symbol
            when activity_type = 'SPLIT' then coalesce(details.new_symbol, details.symbol)
        end, '') as new_name,
        coalesce(details.old_cusip, details.source_cusip, details.acquiree_cusip) as old_cusip,
        coalesce(details.new_cusip, details.acquirer_cusip) as new_cusip,
        coalesce(executed_at, event_at) at time zone 'America/New_York' as executed_local,
        case
            when activity_type in ('OPASN', 'OPEXC', 'OPEXP', 'OPTRD', 'OPCSH') then 'OPTION'
            else activity_type
        end as action_family
    from parsed

),

-- Which printed quantity a leg has, where they differ; spin-offs and rights take nothing away.
sized as (

    select
        *,
        concat_ws(' ', account_id, activity_type, coalesce(
            nullif(details.group_id, ''), nullif(details.ca_id, ''),
            concat_ws(' ', activity_subtype, old_name, system_date)
        )) as told_action,
        case
            when abs(qty) = abs(told_old_qty) and activity_type in ('SPLIT', 'MA', 'OPCA')
                and told_old_qty not in (told_new_qty, -told_new_qty)
                and coalesce(abs(told_old_qty) <> abs(alternate_qty), true) then 'old'
            when abs(qty) = abs(told_new_qty) and abs(told_new_qty) <> abs(told_old_qty)
                or abs(qty) = abs(alternate_qty) and abs(alternate_qty) <> abs(told_old_qty)
                then 'new'
        end as size
    from read

),

-- Whose action it is, where all its legs agree: a short holder is given old shares and gives new.
holders as (

    select told_action, bool_and((size = 'old') = (qty > 0)) as gives_new
    from sized
    where activity_type in ('SPLIT', 'MA', 'OPCA', 'SPIN', 'VOF') and size is not null and qty <> 0
    group by told_action
    having count(distinct (size = 'old') = (qty > 0)) = 1

),

directed as (

    select
        sized.*,
        coalesce(holders.gives_new, told_old_qty < 0, false)
            and activity_type in ('NC', 'MA', 'SPIN', 'SPLIT', 'VOF', 'OPCA') as is_short,
        if(is_short, -sign(qty), sign(qty)) as direction
    from sized
    left join holders on holders.told_action = sized.told_action

),

named as (

    select
        *,
        case
            when direction <= 0 then old_name
            when activity_subtype = 'USPLIT' then case
                when abs(alternate_qty) = abs(told_new_qty) then null
                when abs(qty) = abs(alternate_qty) then details.alternate_symbol
                when abs(qty) = abs(told_new_qty) then new_name
            end
            when activity_type = 'SPIN' and abs(qty) = abs(told_old_qty)
                and abs(qty) <> abs(told_new_qty)
            then old_name
            else new_name
        end as name_by_sign,
        case
            when direction <= 0 then old_cusip
            when activity_subtype = 'USPLIT' and abs(qty) = abs(alternate_qty)
                then details.alternate_cusip
            else new_cusip
        end as cusip_by_sign
    from directed

),

resolved as (

    select
        named.*,
        coalesce(
            nullif(asset_symbol, ''), name_by_sign,
            if(activity_subtype = 'USPLIT', null, nullif(details.symbol, '')),
            if(activity_type in ('FIMAT', 'INT'), named_cusips.symbol, null)
        ) as symbol
    from named
    asof left join events.named_cusips
        on named_cusips.cusip = coalesce(nullif(named.asset_cusip, ''), named.details.cusip)
        and named_cusips.named_on <= coalesce(named.system_date, named.executed_local::date)

)

select
    identity as activity_id,
    'activities' as source,
    account_id,
    activity_type as entry_type,
    nullif(activity_subtype, '') as entry_sub_type,
    status,
    symbol,
    case when asset_symbol <> '' then 'asset' when symbol is not null then 'details' end
        as symbol_from,
    coalesce(nullif(asset_cusip, ''), nullif(cusip_by_sign, ''), nullif(details.cusip, ''))
        as cusip,
    qty,
    -- What has no quantity is sent with a price of zero, which is none.
    if(qty = 0 and price = 0, null, price) as price,
    if(qty = 0 and price = 0, null, price_dp) as price_dp,
    net_amount,
    nullif(currency, '') as currency,
    exact_decimal(details.rate) as per_share_amount,
    null::varchar as description,
    settle_date,
    coalesce(resolved.system_date, calendar.session_date) as system_date,
    to_microseconds(event_at) as event_at,
    receipt_order, is_outdated,
    nullif(details.group_id, '') as group_id,
    nullif(details.parent_id, '') as execution_id,
    nullif(details.parent_id, '') as parent_id,
    nullif(previous_id, '') as previous_id,
    nullif(details.ca_id, '') as corporate_action_id,
    nullif(details.journal_id, '') as journal_id,
    nullif(details.transfer_id, '') as transfer_id,
    coalesce(nullif(details.external_id, ''), nullif(details.bank_transaction_id, ''))
        as external_id,
    exact_rate(coalesce(fx_rate, details.swap_rate)) as swap_rate,
    exact_decimal(coalesce(details.rate, details.long_term_rate, details.short_term_rate)) as rate,
    coalesce(
        exact_decimal(details.entitled_qty),
        abs(exact_decimal(details.source_qty)) * if(is_short, -1, 1)
    )::decimal(38, 9) as entitled_qty,
    try_cast(left(coalesce(details.record_date, details.position_date), 10) as date)
        as record_date,
    if(activity_type in ('SPLIT', 'OPCA'), abs(exact_decimal(details.old_qty)), null)
        ::decimal(38, 9) as old_qty,
    if(activity_type in ('SPLIT', 'OPCA'), abs(told_new_qty), null)::decimal(38, 9) as new_qty,
    coalesce(old_name, symbol) as source_symbol,
    if(activity_type = 'SPLIT', nullif(details.new_symbol, ''), new_name) as target_symbol,
    nullif(exact_decimal(details.cash_rate), 0) as cash_rate,
    nullif(exact_decimal(case
        when activity_subtype = 'USPLIT' and symbol = details.alternate_symbol
            then details.alternate_rate
        else coalesce(details.acquirer_rate, details.new_rate)
    end), 0) as exchange_rate,
    exact_decimal(coalesce(details.acquiree_rate, details.source_rate, details.old_rate))
        as old_rate,
    -- The legacy stream prints per cent; what is below one is a fraction.
    case
        when exact_decimal(details.tax_rate) < 1 then exact_decimal(details.tax_rate) * 100
        else exact_decimal(details.tax_rate)
    end::decimal(38, 9) as tax_rate,
    null::decimal(38, 9) as gross_amount,
    case when activity_type = 'FEE' and executed_local::date < resolved.system_date
        and executed_local::date in (select date from events.calendar where is_session)
    then executed_local::date end as fee_date,
    null::decimal(38, 9) as fee_base,
    case
        when activity_type <> 'SPIN' and qty <> 0 and old_name <> new_name
            and symbol in (old_name, new_name) then if(symbol = old_name, 'REMOVE', 'ADD')
        when if(activity_type in ('SPLIT', 'SPIN', 'VOF'), direction, qty) < 0 then 'REMOVE'
        when qty <> 0 then 'ADD'
        when net_amount <> 0 then 'CASH'
    end as ca_leg,
    action_family,
    case
        when activity_subtype = 'USPLIT' then ''
        when activity_type = 'OPCA'
        then coalesce(nullif(regexp_extract(symbol, '(\d{6}[CP])\d{8}$', 1), ''), symbol)
        when action_family = 'OPTION'
        then coalesce(nullif(regexp_extract(symbol, '^(.+?)\d?\d{6}[CP]\d{8}$', 1), ''), symbol)
        else coalesce(old_name, symbol)
    end as group_hint,
    coalesce(nullif(details.journal_id, ''), resolved.system_date::varchar) as journal
from resolved
left join events.calendar on calendar.date = (executed_local + interval 4 hours)::date
