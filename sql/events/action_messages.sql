-- title: What each message of a corporate action says of the old and the new security
-- reads: stream_activities
-- columns:
--   asset_symbol: the security that the message itself names
--   detail_symbol: the security that its details name, without saying whether it is the old or new
--   old_symbol: the security that the action takes away or is of
--   new_symbol: the security that the action gives
--   alternate_symbol: the second security that a unit split gives
--   old_cusip: the CUSIP of the old security
--   new_cusip: the CUSIP of the new security
--   alternate_cusip: the CUSIP of the second security that a unit split gives
--   alternate_qty: the position in the second security after a unit split [units of the symbol]
--   alternate_rate: its shares for one old share [units of the alternate symbol]
--   source_qty: the position that a spin-off or rights are given for, as sent [units of the symbol]
--   action: what all legs of one action of one account share
--
-- Each type of corporate action has names of its own for the same: what is taken away is its
-- `old_symbol`, `acquiree_symbol`, `source_symbol` or `old_contract_symbol`; here they are one
-- column. All legs of an action repeat the same details; which of the securities a leg moves is
-- said by `action_legs`.
-- Any other activity whose details speak of an old or a new security is a row, too.
with

parsed as (

    select
        * exclude (details),
        from_json(case when json_type(details) = 'OBJECT' then details end, '{
            "symbol": "VARCHAR", "group_id": "VARCHAR", "ca_id": "VARCHAR",
            "old_symbol": "VARCHAR", "new_symbol": "VARCHAR", "alternate_symbol": "VARCHAR",
            "source_symbol": "VARCHAR", "acquiree_symbol": "VARCHAR", "acquirer_symbol": "VARCHAR",
            "old_contract_symbol": "VARCHAR", "new_contract_symbol": "VARCHAR",
            "old_cusip": "VARCHAR", "new_cusip": "VARCHAR", "alternate_cusip": "VARCHAR",
            "source_cusip": "VARCHAR", "acquiree_cusip": "VARCHAR", "acquirer_cusip": "VARCHAR",
            "old_qty": "VARCHAR", "new_qty": "VARCHAR", "alternate_qty": "VARCHAR",
            "source_qty": "VARCHAR", "acquiree_qty": "VARCHAR", "acquirer_qty": "VARCHAR",
            "position_qty": "VARCHAR", "old_rate": "VARCHAR", "new_rate": "VARCHAR",
            "alternate_rate": "VARCHAR", "source_rate": "VARCHAR", "acquiree_rate": "VARCHAR",
            "acquirer_rate": "VARCHAR"
        }') as details
    from stream_activities
    where activity_type <> 'TRD'

),

old_and_new as (

    select
        receipt_order,
        account_id,
        activity_type as entry_type,
        activity_subtype as entry_sub_type,
        coalesce(qty, 0)::decimal(38, 9) as qty,
        coalesce(net_amount, 0)::decimal(38, 9) as net_amount,
        nullif(asset_symbol, '') as asset_symbol,
        nullif(details.symbol, '') as detail_symbol,
        nullif(case
            when activity_type = 'NC' then details.old_symbol
            when activity_type = 'MA' then details.acquiree_symbol
            when activity_type in ('SPIN', 'VOF', 'REO') then details.source_symbol
            when activity_type = 'OPCA' then details.old_contract_symbol
            when activity_type = 'SPLIT' then coalesce(details.old_symbol, details.symbol)
        end, '') as old_symbol,
        nullif(case
            when activity_type in ('NC', 'SPIN', 'VOF') then details.new_symbol
            when activity_type = 'MA' then details.acquirer_symbol
            when activity_type = 'REO' then details.symbol
            when activity_type = 'OPCA' then details.new_contract_symbol
            when activity_type = 'SPLIT' then coalesce(details.new_symbol, details.symbol)
        end, '') as new_symbol,
        details.alternate_symbol,
        if(activity_type = 'SPLIT', nullif(details.new_symbol, ''), new_symbol) as target_symbol,
        nullif(coalesce(details.old_cusip, details.source_cusip, details.acquiree_cusip), '')
            as old_cusip,
        nullif(coalesce(details.new_cusip, details.acquirer_cusip), '') as new_cusip,
        nullif(details.alternate_cusip, '') as alternate_cusip,
        exact_decimal(coalesce(
            details.old_qty, details.source_qty, details.acquiree_qty, details.position_qty
        )) as old_qty,
        exact_decimal(coalesce(details.new_qty, details.acquirer_qty)) as new_qty,
        exact_decimal(details.alternate_qty) as alternate_qty,
        exact_decimal(details.source_qty) as source_qty,
        exact_decimal(coalesce(details.acquiree_rate, details.source_rate, details.old_rate))
            as old_rate,
        exact_decimal(coalesce(details.acquirer_rate, details.new_rate)) as exchange_rate,
        exact_decimal(details.alternate_rate) as alternate_rate,
        concat_ws(' ', account_id, activity_type, coalesce(
            nullif(details.group_id, ''), nullif(details.ca_id, ''),
            concat_ws(' ', activity_subtype, old_symbol, system_date)
        )) as action
    from parsed

)

select *
from old_and_new
where entry_type in ('NC', 'MA', 'SPIN', 'SPLIT', 'VOF', 'REO', 'OPCA')
    or entry_sub_type = 'USPLIT'
    or coalesce(old_cusip, new_cusip) is not null
    or coalesce(source_qty, old_rate, exchange_rate) is not null
