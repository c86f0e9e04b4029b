-- title: Every booked payment of a dividend or capital gain and reversal of one, up to the night
-- scope: account
-- reads: activities_to_date
-- columns:
--   kind: the sub type of the dividend, named or taken from what moves
--   amount: what is paid: shares of a stock dividend, else money [shares or currency]
--   is_reversal: whether it reverses a payment
--
-- One row an activity of type DIV or CGD, or of those that were before them (DIVROC, DIVCGL, DIVCGS).
-- `kind`: its sub type; without one a dividend that moves no shares is a cash dividend, any other a
-- stock dividend, and a capital gain is CGD. `amount`: shares of a stock dividend, else money.
-- `is_reversal`: the amount has the other sign than a payment; who is short pays, so that a positive
-- amount is a reversal there. `in_books` is false for what was booked before the books begin.
with

payments as (

    select
        activity_id,
        account_id,
        symbol,
        case entry_type
            when 'DIVROC' then 'ROC'
            when 'DIVCGL' then 'LTCG'
            when 'DIVCGS' then 'STCG'
            when 'CGD' then coalesce(entry_sub_type, 'CGD')
            else coalesce(entry_sub_type, if(qty = 0, 'CDIV', 'SDIV'))
        end as kind,
        rate,
        entitled_qty,
        record_date,
        settle_date,
        system_date,
        qty,
        net_amount,
        in_books
    from activities_to_date
    where entry_type in ('DIV', 'DIVROC', 'CGD', 'DIVCGL', 'DIVCGS') and is_booked

)

select
    *,
    if(kind = 'SDIV', qty, net_amount) as amount,
    if(entitled_qty < 0, amount > 0, amount < 0) as is_reversal
from payments
