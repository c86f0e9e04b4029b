-- title:    An exercise or assignment delivered other shares or cash than the contract's
-- severity: S1
-- scope:    account
-- reads:    activities_to_date, calendar
-- params:   none
--
-- Whoever exercises a call, or is assigned a put, buys 100 shares of the underlying for each
-- contract at the strike; the other two sell them. So the trades beside the contracts that go are
-- of that security, of so many shares and of shares times strike in cash. Suspense adds up the
-- legs of a group whatever their security is; here each underlying has to fit by itself.
-- The legs come apart: what is missing is pending until the next settlement day after the last one,
-- then a break. The printed price is not looked at: a published sample has 90 where the strike and
-- the cash say 150. A class of shares is spelled BRK.B as a security and BRKB in a contract.
-- Adjusted contracts have a rule of their own. `not_evaluated`: a contract has no readable symbol,
-- or cash is paid instead of shares (OPCSH), by a price that no stream has.
-- Clears when the leg comes, or the wrong one is reversed and booked anew.
with

parsed_legs as (

    select
        *,
        entry_type in ('OPASN', 'OPEXC') as is_contract,
        if(entry_type in ('OPASN', 'OPEXC'), regexp_extract(
            symbol, '^(.+?)(\d?)\d{6}([CP])(\d{8})$', ['underlying', 'digit', 'kind', 'strike']
        ), null) as contract
    from activities_to_date
    where entry_type in ('OPASN', 'OPEXC', 'OPTRD', 'OPCSH') and is_booked

),

legs as (

    select
        *,
        regexp_replace(
            if(is_contract, contract.underlying, symbol), '[^A-Z0-9]', '', 'g'
        ) as underlying,
        case contract.kind when 'C' then -100 * qty when 'P' then 100 * qty end as shares_owed,
        try_cast(contract.strike as bigint) as strike
    from parsed_legs

),

groups as (

    select
        account_id,
        group_key,
        coalesce(bool_or(contract.digit <> ''), false) as is_adjusted,
        bool_or(is_contract and coalesce(contract.kind, '') = '') as is_unread,
        bool_or(entry_type = 'OPCSH') as has_cash_leg,
        max(system_date) as last_date
    from legs
    group by account_id, group_key
    having bool_or(in_books)

),

deliveries as (

    select
        account_id,
        group_key,
        underlying,
        coalesce(sum(shares_owed), 0)::decimal(38, 9) as shares_owed,
        coalesce(sum(product(-shares_owed, strike)) * 0.001, 0)::decimal(38, 9) as cash_owed,
        coalesce(sum(qty) filter (where entry_type = 'OPTRD'), 0)::decimal(38, 9) as shares,
        coalesce(sum(net_amount) filter (where entry_type = 'OPTRD'), 0)::decimal(38, 9) as cash,
        list(activity_id order by activity_id) as evidence
    from legs
    where entry_type <> 'OPCSH'
    group by account_id, group_key, underlying

),

verdicts as (

    select
        deliveries.account_id,
        deliveries.underlying as symbol,
        'delivery in ' || substr(deliveries.group_key, length(deliveries.account_id) + 2)
            as subject,
        case
            when is_unread then 'not_evaluated'
            when shares = shares_owed and cash = cash_owed then 'pass'
            when has_cash_leg and shares = 0 then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(shares_owed) || ' shares and ' || plain(cash_owed) as expected,
        plain(shares) || ' shares and ' || plain(cash) as actual,
        if(shares = shares_owed, cash - cash_owed, shares - shares_owed) as difference,
        if(shares = shares_owed, 'USD', 'shares') as unit,
        calendar.next_settlement as due_date,
        evidence
    from deliveries
    inner join groups
        on groups.account_id = deliveries.account_id
        and groups.group_key = deliveries.group_key
        and not groups.is_adjusted
    left join calendar on calendar.date = groups.last_date

)

select * from verdicts
