-- title: Which symbol and which leg of a corporate action each message is
-- reads: action_messages
-- columns:
--   symbol: the security that the leg moves; null where nothing says which
--   cusip: the CUSIP of that security; null where its message gives none for it
--   old_symbol: the security that the action takes away or is of
--   entitled_qty: the position that a spin-off or rights are given for [units of the symbol]
--
-- All legs of an action repeat the same details, of the old and of the new security. Whose shares a
-- leg moves is in its asset, or follows from its sign: old shares go, new ones come. A short
-- holder's signs are the other way round: his old quantity is negative, or his legs have the
-- printed quantities with the other sign. Two new symbols of as many shares each are told apart by
-- nothing.
with

-- Whether a leg has the old or the new quantity, where they differ; spin-offs and rights take
-- nothing away, so that no leg of theirs has the old one.
sized as (

    select
        receipt_order,
        action,
        qty,
        case
            when abs(qty) = abs(old_qty) and entry_type in ('SPLIT', 'MA', 'OPCA')
                and old_qty not in (new_qty, -new_qty)
                and coalesce(abs(old_qty) <> abs(alternate_qty), true) then 'old'
            when abs(qty) = abs(new_qty) and abs(new_qty) <> abs(old_qty)
                or abs(qty) = abs(alternate_qty) and abs(alternate_qty) <> abs(old_qty) then 'new'
        end as size
    from events.action_messages
    where entry_type in ('SPLIT', 'MA', 'OPCA', 'SPIN', 'VOF')

),

-- Whose action it is, where all its legs agree: a short holder is given old shares and gives new.
holders as (

    select action, bool_and((size = 'old') = (qty > 0)) as gives_new
    from sized
    where size is not null and qty <> 0
    group by action
    having count(distinct (size = 'old') = (qty > 0)) = 1

),

-- `direction`: the sign of the quantity that a long holder's leg would have.
directed as (

    select
        messages.*,
        coalesce(holders.gives_new, old_qty < 0, false)
            and entry_type in ('NC', 'MA', 'SPIN', 'SPLIT', 'VOF', 'OPCA') as is_short,
        if(is_short, -sign(qty), sign(qty)) as direction
    from events.action_messages as messages
    left join holders on holders.action = messages.action

),

-- Which of the securities that the details name it moves.
moved as (

    select
        *,
        case
            when direction <= 0 then 'old'
            when entry_sub_type = 'USPLIT' then case
                when abs(alternate_qty) = abs(new_qty) then null
                when abs(qty) = abs(alternate_qty) then 'alternate'
                when abs(qty) = abs(new_qty) then 'new'
            end
            -- The source's own shares come back beside the new ones.
            when entry_type = 'SPIN' and abs(qty) = abs(old_qty) and abs(qty) <> abs(new_qty)
                then 'old'
            else 'new'
        end as which
    from directed

),

named as (

    select
        *,
        coalesce(
            asset_symbol,
            case which
                when 'old' then old_symbol
                when 'new' then new_symbol
                when 'alternate' then alternate_symbol
            end,
            if(entry_sub_type = 'USPLIT', null, detail_symbol)
        ) as symbol,
        case
            when direction <= 0 then old_cusip
            when entry_sub_type = 'USPLIT' and abs(qty) = abs(alternate_qty) then alternate_cusip
            else new_cusip
        end as cusip
    from moved

)

select
    receipt_order,
    symbol,
    cusip,
    old_symbol,
    target_symbol,
    if(entry_type in ('SPLIT', 'OPCA'), abs(new_qty), null)::decimal(38, 9) as new_qty,
    (abs(source_qty) * if(is_short, -1, 1))::decimal(38, 9) as entitled_qty,
    nullif(if(entry_sub_type = 'USPLIT' and symbol = alternate_symbol,
        alternate_rate, exchange_rate), 0) as exchange_rate,
    old_rate,
    case
        when entry_type <> 'SPIN' and qty <> 0 and old_symbol <> new_symbol
            and symbol in (old_symbol, new_symbol) then if(symbol = old_symbol, 'REMOVE', 'ADD')
        when if(entry_type in ('SPLIT', 'SPIN', 'VOF'), direction, qty) < 0 then 'REMOVE'
        when qty <> 0 then 'ADD'
        when net_amount <> 0 then 'CASH'
    end as ca_leg
from named
