-- title: Every booked dividend payment and reversal of one, up to the night
-- scope: account
-- reads: activities_to_date
-- columns:
--   kind: the sub-type: CDIV, SDIV, …; told by the shares where none was sent
--   amount: shares of a stock dividend, else money [units of the symbol or currency]
--   is_reversal: whether it has the other sign than a payment
--
-- One row an activity of type DIV. `kind`: its sub type; without one a dividend that moves no shares
-- is a cash dividend, any other a stock dividend. `amount`: shares of a stock dividend, else money.
-- `is_reversal`: the amount has the other sign than a payment; who is short pays, so that a positive
-- amount is a reversal there. `in_books` is false for what was booked before the books begin.
with

payments as (

    select
        activity_id,
        account_id,
        symbol,
        coalesce(entry_sub_type, if(qty = 0, 'CDIV', 'SDIV')) as kind,
        rate,
        entitled_qty,
        record_date,
        settle_date,
        system_date,
        qty,
        net_amount,
        in_books
    from activities_to_date
    where entry_type = 'DIV' and is_booked

)

select
    *,
    if(kind = 'SDIV', qty, net_amount) as amount,
    if(entitled_qty < 0, amount > 0, amount < 0) as is_reversal
from payments
