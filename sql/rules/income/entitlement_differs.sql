-- title:    A dividend was paid on another quantity than the account held
-- severity: S1
-- scope:    account
-- reads:    dividend_payments, activity_net_effects, calendar, earlier_positions, opening, postings
-- params:   none
--
-- A dividend is paid on what was held when the shares went ex-dividend. The broker prints the
-- record date only; with settlement on the next day the ex-date is that same day, for a stock
-- dividend it seems to be the day before. So the assumption is: the entitled quantity is what the
-- books hold at the close of the record date or of one of the three sessions before it.
-- A record date from before the closing that the night begins with is looked up in the closings.
-- A break: a trade or a transfer is missing on one side, or the wrong account was paid.
-- `not_evaluated`: an unreadable event; a position from before the books begin; shares that came
-- under this symbol only later, by a name change or a merger; or a part paid in lieu (DIV/SPD),
-- since shares are on loan. Clears when the missing event comes or the dividend is reversed.
with

entitlements as (

    select
        min(activity_id) as first_id,
        account_id, symbol, kind, settle_date, record_date, entitled_qty,
        max(system_date) as last_date,
        list(activity_id order by activity_id) as evidence
    from dividend_payments
    where in_books and kind in ('CDIV', 'SDIV', 'ROC', 'CGD', 'LTCG', 'STCG')
    group by account_id, symbol, kind, settle_date, record_date, entitled_qty

),

sessions as (

    select
        entitlements.first_id, entitlements.account_id, entitlements.symbol, calendar.date,
        row_number() over (
            partition by entitlements.first_id order by calendar.date desc
        ) as back
    from entitlements
    inner join calendar
        on calendar.is_session
        and calendar.date between entitlements.record_date - 14 and entitlements.record_date
    qualify back <= 4

),

books_begin as (

    select
        account_id,
        coalesce((select max(system_date) from opening), min(system_date)) as first_date
    from postings
    group by account_id

),

positions as (

    select
        sessions.first_id, sessions.date, sessions.back,
        coalesce(sessions.date >= books_begin.first_date, false)
        or earlier.qty is not null as is_known,
        coalesce(earlier.qty, sum(postings.amount), 0)::decimal(38, 9) as held
    from sessions
    left join books_begin on books_begin.account_id = sessions.account_id
    left join earlier_positions as earlier
        on earlier.system_date = sessions.date
        and earlier.account_id = sessions.account_id
        and earlier.symbol = sessions.symbol
    left join postings
        on postings.account_id = sessions.account_id
        and regexp_matches(postings.ledger_account, '^[CF]:.*:POS$')
        and postings.commodity = sessions.symbol
        and postings.system_date <= sessions.date
    group by sessions.first_id, sessions.date, sessions.back, books_begin.first_date, earlier.qty

),

positions_on_record as (

    select
        entitlements.first_id,
        bool_or(positions.is_known and positions.held = entitlements.entitled_qty) as is_held,
        bool_and(positions.is_known) as is_known,
        min(positions.date) as since,
        if(
            bool_and(positions.is_known),
            max(positions.held) filter (where positions.back = 2),
            null
        ) as held
    from entitlements
    inner join positions on positions.first_id = entitlements.first_id
    group by entitlements.first_id

),

moved_or_lent as (

    select distinct entitlements.first_id
    from entitlements
    inner join positions_on_record on positions_on_record.first_id = entitlements.first_id
    inner join activity_net_effects
        on activity_net_effects.account_id = entitlements.account_id
        and activity_net_effects.symbol = entitlements.symbol
        and case
            when activity_net_effects.entry_type in ('NC', 'MA')
                then activity_net_effects.qty_delta <> 0 and activity_net_effects.system_date
                    between positions_on_record.since and entitlements.last_date
            when activity_net_effects.entry_sub_type = 'SPD'
                then activity_net_effects.settle_date = entitlements.settle_date
        end

),

verdicts as (

    select
        entitlements.account_id,
        entitlements.symbol,
        concat_ws(' ', kind, 'of ' || settle_date, 'on ' || plain(entitled_qty),
            'held ' || record_date) as subject,
        case
            when symbol is null or entitled_qty is null or before.first_id is null
                then 'not_evaluated'
            when before.is_held then 'pass'
            when not before.is_known or moved_or_lent.first_id is not null then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(if(before.is_held, entitled_qty, before.held)) as expected,
        plain(entitled_qty) as actual,
        (entitled_qty - if(before.is_held, entitled_qty, before.held))::decimal(38, 9)
            as difference,
        symbol as unit,
        evidence
    from entitlements
    left join positions_on_record as before on before.first_id = entitlements.first_id
    left join moved_or_lent on moved_or_lent.first_id = entitlements.first_id

)

select * from verdicts
