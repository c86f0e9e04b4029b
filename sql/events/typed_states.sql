-- title: Every message of the activity stream but executions, in columns
-- reads: stream_activities, action_legs, named_cusips, calendar
--
-- Every archived message of the activity stream but executions, one row each, in the columns of
-- `nta_states`: what the legacy stream prints in descriptions is in `details`. What is a leg of a
-- corporate action has its security and what it is from `action_legs`; here is what every type
-- may say. What is named by a CUSIP alone, as a matured bond is, is the security that the streams
-- last named beside it.
-- A date that is missing is taken from the execution: each event must have one to be booked.
with

parsed as (

    select
        * exclude (qty, net_amount, asset_symbol, asset_cusip, details),
        coalesce(qty, 0)::decimal(38, 9) as qty,
        coalesce(net_amount, 0)::decimal(38, 9) as net_amount,
        nullif(asset_symbol, '') as asset_symbol,
        nullif(asset_cusip, '') as asset_cusip,
        from_json(case when json_type(details) = 'OBJECT' then details end, '{
            "symbol": "VARCHAR", "cusip": "VARCHAR", "old_qty": "VARCHAR",
            "entitled_qty": "VARCHAR", "rate": "VARCHAR", "long_term_rate": "VARCHAR",
            "short_term_rate": "VARCHAR", "cash_rate": "VARCHAR", "tax_rate": "VARCHAR",
            "swap_rate": "VARCHAR", "record_date": "VARCHAR", "position_date": "VARCHAR",
            "group_id": "VARCHAR", "ca_id": "VARCHAR", "parent_id": "VARCHAR",
            "journal_id": "VARCHAR", "transfer_id": "VARCHAR", "external_id": "VARCHAR",
            "bank_transaction_id": "VARCHAR"
        }') as details,
        coalesce(executed_at, event_at) at time zone 'America/New_York' as executed_local,
        case
            when activity_type in ('OPASN', 'OPEXC', 'OPEXP', 'OPTRD', 'OPCSH') then 'OPTION'
            else activity_type
        end as action_family
    from stream_activities
    where activity_type <> 'TRD'

),

resolved as (

    select
        parsed.*,
        coalesce(
            parsed.asset_symbol, legs.symbol,
            if(activity_subtype = 'USPLIT', null, nullif(details.symbol, '')),
            if(activity_type in ('FIMAT', 'INT'), named_cusips.symbol, null)
        ) as symbol,
        coalesce(parsed.asset_cusip, legs.cusip, nullif(details.cusip, '')) as cusip,
        legs.old_symbol,
        legs.target_symbol,
        legs.new_qty,
        legs.entitled_qty,
        legs.exchange_rate,
        legs.old_rate,
        legs.ca_leg
    from parsed
    left join events.action_legs as legs on legs.receipt_order = parsed.receipt_order
    asof left join events.named_cusips
        on named_cusips.cusip = coalesce(parsed.asset_cusip, parsed.details.cusip)
        and named_cusips.named_on <= coalesce(parsed.system_date, parsed.executed_local::date)

)

select
    identity as activity_id,
    'activities' as source,
    account_id,
    activity_type as entry_type,
    nullif(activity_subtype, '') as entry_sub_type,
    status,
    symbol,
    case when asset_symbol is not null then 'asset' when symbol is not null then 'details' end
        as symbol_from,
    cusip,
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
    exact_decimal(coalesce(
        details.rate,
        if(activity_subtype = 'STCG', null, details.long_term_rate),
        if(activity_subtype = 'LTCG', null, details.short_term_rate)
    )) as rate,
    coalesce(exact_decimal(details.entitled_qty), resolved.entitled_qty) as entitled_qty,
    try_cast(left(coalesce(details.record_date, details.position_date), 10) as date)
        as record_date,
    if(activity_type in ('SPLIT', 'OPCA'), abs(exact_decimal(details.old_qty)), null)
        ::decimal(38, 9) as old_qty,
    new_qty,
    coalesce(old_symbol, symbol) as source_symbol,
    target_symbol,
    nullif(exact_decimal(details.cash_rate), 0) as cash_rate,
    exchange_rate,
    old_rate,
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
    coalesce(ca_leg, case
        when qty < 0 then 'REMOVE'
        when qty > 0 then 'ADD'
        when net_amount <> 0 then 'CASH'
    end) as ca_leg,
    action_family,
    case
        when activity_subtype = 'USPLIT' then ''
        when activity_type = 'OPCA'
        then coalesce(nullif(regexp_extract(symbol, '(\d{6}[CP])\d{8}$', 1), ''), symbol)
        when action_family = 'OPTION'
        then coalesce(nullif(regexp_extract(symbol, '^(.+?)\d?\d{6}[CP]\d{8}$', 1), ''), symbol)
        else source_symbol
    end as group_hint,
    coalesce(nullif(details.journal_id, ''), resolved.system_date::varchar) as journal
from resolved
left join events.calendar on calendar.date = (executed_local + interval 4 hours)::date
