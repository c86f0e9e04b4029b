-- title:    Tax was withheld on a dividend that the account did not get
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, calendar
-- params:   none
--
-- Tax on a dividend is an event of its own beside the dividend. So a dividend (or a distribution
-- of gains) of the same account and symbol must be booked or payable within five days, and its
-- amount must be the one that the tax was taken on, to the cent: the printed amount is rounded.
-- Each dividend bears one tax: a second tax on it has none. What was given back no longer needs
-- one, and a reversed dividend bears none. Dividends are looked for in all that is archived,
-- since one may lie before the opening of the books.
-- The dividend may come later than the tax: pending until the next settlement day, then a break.
-- `not_evaluated`: an unreadable amount, no symbol, or tax given back that was never withheld.
-- Clears when the dividend comes or the tax is given back.
with

taxes as (

    select
        account_id,
        symbol,
        settle_date,
        gross_amount,
        count(*) filter (where net_amount <= 0)
        - count(*) filter (where net_amount > 0) as standing,
        min(system_date) as first_date,
        max(system_date) as last_date,
        list(activity_id order by activity_id) as evidence
    from activities_to_date
    where entry_type = 'DIVNRA' and is_booked and in_books
    group by account_id, symbol, settle_date, gross_amount

),

dividends as (

    select account_id, symbol, settle_date, system_date, net_amount
    from activities_to_date
    where entry_type in ('DIV', 'CGD') and is_booked

),

dividends_per_tax as (

    select
        taxes.account_id,
        taxes.symbol,
        taxes.settle_date,
        taxes.gross_amount,
        taxes.standing,
        taxes.last_date,
        taxes.evidence,
        coalesce(sum(sign(dividends.net_amount)), 0) as dividends
    from taxes
    left join dividends
        on dividends.account_id = taxes.account_id
        and dividends.symbol = taxes.symbol
        and abs(abs(dividends.net_amount) - taxes.gross_amount) <= 0.01
        and (
            abs(dividends.settle_date - taxes.settle_date) <= 5
            or dividends.system_date between taxes.first_date - 5 and taxes.last_date + 5
        )
    group by
        taxes.account_id, taxes.symbol, taxes.settle_date, taxes.gross_amount,
        taxes.standing, taxes.last_date, taxes.evidence

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'tax', 'of ' || settle_date, 'on ' || plain(gross_amount)) as subject,
        case
            when gross_amount is null or symbol is null or standing < 0 then 'not_evaluated'
            when standing <= greatest(dividends, 0) then 'pass'
            else 'break'
        end as verdict,
        standing::varchar as expected,
        dividends::varchar as actual,
        (dividends - standing)::decimal(38, 9) as difference,
        'dividends' as unit,
        calendar.next_settlement as due_date,
        evidence
    from dividends_per_tax
    left join calendar on calendar.date = dividends_per_tax.last_date

)

select * from verdicts
