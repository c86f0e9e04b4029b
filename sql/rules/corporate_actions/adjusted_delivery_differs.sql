-- title:    An exercise of an adjusted contract delivered other shares or cash than it stands for
-- severity: S1
-- scope:    symbol
-- reads:    movements, activities_to_date, contract_multipliers
-- params:   none
--
-- The root of an adjusted contract ends with a digit. Whoever exercises it, or is assigned, pays
-- the strike for each of its multiplier, so the cash is a whole multiple of contracts times strike,
-- and the multiplier's own where that is known. How many shares a contract delivers is in terms
-- that no stream has: a multiplier other than 100 is that number; the rates of the swap that made
-- the contract give it (1 for 10 leaves 10 of 100); else it is the number that most deliveries of
-- the contract had. A fraction comes in cash: less than one share apart is the same.
-- `not_evaluated`: the multiplier or the shares are not known, or several contracts of one account
-- cannot be told apart. What is paid in cash alone is not looked at.
-- A break stays in suspense; it clears when the wrong leg is reversed and booked anew.
with

legs as (

    select
        account_id,
        contra,
        symbol,
        entry_type,
        qty,
        cash,
        event_id,
        system_date,
        if(entry_type = 'OPTRD', null, regexp_extract(
            symbol, '^(.+?)(\d?)\d{6}([CP])(\d{8})$', ['underlying', 'digit', 'kind', 'strike']
        )) as contract
    from movements
    where starts_with(contra, 'SUSP:OPT:')
        and entry_type in ('OPASN', 'OPEXC', 'OPTRD')

),

deliveries as (

    select
        account_id,
        contra,
        min(symbol) filter (where contract is not null) as contract,
        count(distinct symbol) filter (where contract is not null) as contracts,
        max(contract.digit) as digit,
        -- In thousandths of a dollar, as the symbol prints it.
        max(try_cast(contract.strike as bigint)) as strike,
        sum(if(contract.kind = 'C', -qty, qty)) filter (where contract is not null) as units,
        sum(qty) filter (where entry_type = 'OPTRD') as shares,
        sum(cash) filter (where entry_type = 'OPTRD') as paid,
        list(distinct event_id order by event_id) as evidence
    from legs
    group by account_id, contra
    having digit <> '' and units <> 0 and shares <> 0

),

swaps as (

    select
        symbol,
        max(exchange_rate) as new_rate,
        max(old_rate) as old_rate
    from activities_to_date
    where entry_type = 'OPCA'
        and ca_leg = 'ADD'
        and entry_sub_type in ('SPLIT.RSPLIT', 'MA.SMA', 'MA.SCMA')
        and is_booked
        and in_books
    group by symbol

),

delivery_terms as (

    select
        deliveries.*,
        contract_multipliers.multiplier,
        case
            when multiplier <> 100 then multiplier
            when old_rate > 0 then 100 * new_rate
        end::decimal(38, 9) as terms_shares,
        case when multiplier <> 100 then 1 else old_rate end::decimal(38, 9) as terms_contracts,
        count(*) over (partition by deliveries.contract) as deliveries_of_contract
    from deliveries
    left join contract_multipliers on contract_multipliers.symbol = deliveries.contract
    left join swaps on swaps.symbol = deliveries.contract

),

largest_deliveries as (

    select contract, contra, shares, units
    from delivery_terms
    where deliveries_of_contract > 1
    qualify row_number() over (partition by contract order by abs(units) desc, contra) <= 10

),

-- Of the ten largest deliveries of a contract the terms of the one that most agree with.
usual_terms as (

    select own.contract, abs(own.shares) as shares, abs(own.units) as units
    from largest_deliveries as own
    inner join delivery_terms as other
        on other.contract = own.contract
        and coalesce(try(abs(own.shares * other.units - other.shares * own.units))
        < greatest(abs(own.units), abs(other.units)), false)
    group by own.contract, own.contra, own.shares, own.units
    qualify row_number() over (
        partition by own.contract order by count(*) desc, abs(own.units) desc, own.contra
    ) = 1

),

expectations as (

    select
        delivery_terms.*,
        coalesce(terms_shares, usual_terms.shares) as shares_of_terms,
        try(shares_of_terms * abs(delivery_terms.units)) as due_shares,
        coalesce(terms_contracts, usual_terms.units) as due_contracts,
        abs(paid) * 1000 % nullif(abs(delivery_terms.units) * strike, 0) = 0 as is_multiple,
        try((abs(delivery_terms.units) * strike * multiplier * 0.001)::decimal(38, 9)) as due_cash,
        try(abs(abs(delivery_terms.shares) * due_contracts - due_shares)) as apart,
        shares_of_terms is not null and due_contracts is not null and apart is null
        or multiplier is not null and strike is not null and due_cash is null as is_beyond
    from delivery_terms
    left join usual_terms on usual_terms.contract = delivery_terms.contract

),

verdicts as (

    select
        account_id,
        contract as symbol,
        'delivery of ' || contract || ' in ' || contra as subject,
        case
            when contracts > 1 then 'not_evaluated'
            when sign(shares) * sign(units) < 0 or sign(shares) * sign(paid) >= 0 then 'break'
            when is_beyond then 'break'
            when abs(paid) <> due_cash or not is_multiple then 'break'
            when apart >= due_contracts then 'break'
            when multiplier is null or due_contracts is null then 'not_evaluated'
            else 'pass'
        end as verdict,
        concat_ws(' for ',
            coalesce(
                plain(due_shares) || if(due_contracts = 1, '', ' / ' || plain(due_contracts)),
                'shares'
            ),
            coalesce(plain(due_cash), 'a multiple of ' || plain(abs(units) * strike * 0.001)))
            as expected,
        plain(abs(shares)) || ' for ' || plain(abs(paid)) as actual,
        (abs(paid) - due_cash)::decimal(38, 9) as difference,
        'USD' as unit,
        evidence
    from expectations

)

select * from verdicts
