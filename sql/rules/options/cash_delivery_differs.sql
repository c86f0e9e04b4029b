-- title:    Two deliveries in cash of one contract, day and size differ
-- severity: S3
-- scope:    symbol
-- reads:    activities_to_date, calendar
-- params:   none
--
-- Some contracts deliver cash, all or beside shares (OPCSH). How much is in terms that no stream
-- has, and the price of a fraction of a share is that of its day; but whoever delivers as many
-- contracts on the same day is due the same cash, to the cent. Who gets the shares gets the cash,
-- and where there are none the holder gets it from the writer. One of them without cash is pending
-- until the next settlement day, then a break; so is a sign that is turned.
-- Among those that differ the amount that most have is taken for right, of two the greater.
-- `not_evaluated`: nobody else delivered as many on that day, or the contract of a cash leg is not
-- known, since the older stream names no group on the other legs.
-- Clears when the leg comes, or is reversed and booked anew.
with

legs as (

    select
        account_id,
        group_key,
        entry_type,
        symbol,
        qty,
        net_amount,
        system_date,
        activity_id,
        in_books
    from activities_to_date
    where entry_type in ('OPASN', 'OPEXC', 'OPTRD', 'OPCSH') and is_booked

),

deliveries as (

    select
        account_id,
        group_key,
        if(count(distinct symbol) filter (where entry_type in ('OPASN', 'OPEXC')) = 1,
            min(symbol) filter (where entry_type in ('OPASN', 'OPEXC')), null) as contract,
        sum(-qty) filter (where entry_type in ('OPASN', 'OPEXC')) as contracts,
        coalesce(sum(qty) filter (where entry_type = 'OPTRD'), 0) as shares,
        coalesce(sum(net_amount) filter (where entry_type = 'OPCSH'), 0) as cash,
        count(*) filter (where entry_type = 'OPCSH') as cash_legs,
        max(system_date) as delivered_on,
        bool_or(in_books) as is_in_books,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, group_key

),

compared as (

    select
        *,
        sign(if(shares <> 0, shares, contracts)) as direction,
        count(*) over same_size as others,
        max(cash_legs) over same_size as any_cash_legs,
        (mode(abs(cash) order by abs(cash) desc) over same_size)::decimal(38, 9) as usual_cash
    from deliveries
    window same_size as (partition by contract, delivered_on, abs(contracts))

),

verdicts as (

    select
        account_id,
        contract as symbol,
        'cash of ' || substr(group_key, length(account_id) + 2) as subject,
        case
            when contract is null then 'not_evaluated'
            when sign(cash) * direction < 0 then 'break'
            when others = 1 then 'not_evaluated'
            when abs(cash) = usual_cash then 'pass'
            else 'break'
        end as verdict,
        case
            when contract is null then 'a contract'
            when others = 1 then 'the cash of another delivery'
            else plain(direction * usual_cash)
        end as expected,
        plain(cash) as actual,
        if(others = 1, null, cash - direction * usual_cash)::decimal(38, 9) as difference,
        'USD' as unit,
        if(cash_legs = 0, calendar.next_settlement, null) as due_date,
        evidence
    from compared
    left join calendar on calendar.date = compared.delivered_on
    where is_in_books and (cash_legs > 0 or (contract is not null and any_cash_legs > 0))

)

select * from verdicts
