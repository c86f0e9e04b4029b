-- title: Every leg of what an issuer gives to, or does with, all who hold its security
-- scope: symbol
-- reads: activities_to_date
-- columns:
--   area: income or corporate action
--   kind: what it is: CDIV, SDIV, ROC, CGD or SPD; SPLIT, MA, NC, SPIN or VDST
--   symbol: the security whose holders it reaches
--   key_date: the date by which legs of several accounts are of one action: income its payable date, else the system date
--   amount: what an income pays: shares of a stock dividend, else money; null of a corporate action [shares or currency]
--   forms_action: whether the leg shows that there is an action; others only belong to one
--   action_date: the earliest key_date of the action; null where the leg forms none
--   near_days: how far apart key dates of one action may lie [days]
--   new_rate: the new shares for `old_rate` old ones [units of the new symbol]
--
-- One row a leg. Dividends in cash and stock, returns of capital, capital gains, splits, mergers, name
-- changes, spin-offs and rights reach all holders; what holders choose (tenders, exercises), what one
-- customer asks for (worthless removals) or what is drawn by lot (redemptions) does not.
-- Legs of one kind and security are of one action if their dates lie near each other: three days for
-- payable dates, since some funds pay weekly, twenty for system dates of corporate actions.
-- A payment in lieu (SPD) replaces the income of lent or borrowed shares, of whichever kind, so that it
-- forms no action. Of a split, merger or name change the leg that removes the old shares does; the
-- older stream names the source of a spin-off in words, of rights not at all.
with

legs as (

    select
        activity_id, account_id, source_symbol, ca_leg, is_booked, in_books,
        if(entry_type in ('SPLIT', 'MA', 'NC', 'SPIN', 'VOF'), 'corporate action', 'income')
            as area,
        case
            when entry_type = 'DIV' then coalesce(entry_sub_type, if(qty = 0, 'CDIV', 'SDIV'))
            when entry_type = 'DIVROC' then 'ROC'
            when entry_type in ('CGD', 'DIVCGL', 'DIVCGS') then 'CGD'
            when entry_type = 'VOF' then 'VDST'
            else entry_type
        end as kind,
        if(area = 'income', symbol, source_symbol) as symbol,
        symbol as moved_symbol,
        if(area = 'income', coalesce(settle_date, system_date), system_date) as key_date,
        if(area = 'income', 3, 20) as near_days,
        case when area = 'income' then if(kind = 'SDIV', qty, net_amount) end as amount,
        system_date, record_date, rate,
        if(kind = 'VDST', rate, exchange_rate) as new_rate,
        coalesce(old_rate, 1)::decimal(38, 9) as old_rate
    from activities_to_date
    where (
            entry_type in ('CGD', 'DIVCGL', 'DIVCGS', 'DIVROC', 'SPLIT', 'MA', 'NC', 'SPIN')
            or (entry_type = 'DIV'
                and coalesce(entry_sub_type, 'CDIV') in ('CDIV', 'SDIV', 'ROC', 'SPD'))
            or (entry_type = 'VOF' and entry_sub_type = 'VDST')
        )
        and coalesce(if(area = 'income', symbol, source_symbol), '') <> ''

),

formed as (

    select
        *,
        is_booked and case
            when area = 'income' then kind <> 'SPD'
            when kind in ('SPIN', 'VDST') then ca_leg = 'ADD' and moved_symbol <> source_symbol
            else ca_leg = 'REMOVE'
        end as forms_action
    from legs

),

spaced as (

    select
        *,
        coalesce(key_date - lag(key_date) over same_kind > near_days, false) as begins_action
    from formed
    window same_kind as (
        partition by kind, symbol, forms_action order by key_date, activity_id
    )

),

numbered as (

    select
        *,
        sum(begins_action::int) over (
            partition by kind, symbol, forms_action order by key_date, activity_id
        ) as action_number
    from spaced

)

select
    * exclude (begins_action, action_number, moved_symbol, source_symbol),
    case when forms_action then min(key_date) over (
        partition by kind, symbol, forms_action, action_number
    ) end as action_date
from numbered
