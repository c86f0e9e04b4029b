-- title:    The money of an execution is not its quantity times its price
-- severity: S1
-- scope:    account
-- reads:    trade_activities, contract_multipliers, activities_to_date, currencies, calendar
-- params:   none
--
-- The activity of an execution prints the money that it moved: quantity times price times the
-- contract's multiplier, rounded half-up to the smallest unit of its currency, paid by a buyer and
-- received by a seller; a bust moves it back. The books take that product, so money that differs is
-- not in them.
-- Law FEE: the broker's sample of an option pays 930.02 for 930.00, beside a fee of 0.02 that
-- refers to it. An amount that differs by just the fees that name the execution, by its commission,
-- or by both, is within tolerance; then the fee may be charged twice, and the cash proof says so.
-- Such a fee may come later: pending until the next settlement day, then a break.
-- `not_evaluated`: a number or the side is absent, or no source has the multiplier of an adjusted
-- contract.
-- Clears when the amount is corrected, or the fee that explains it comes.
with

fees_of_executions as (

    select parent_id, sum(net_amount) as amount, list(activity_id order by activity_id) as evidence
    from activities_to_date
    where entry_type = 'FEE' and in_books and is_booked and parent_id is not null
    group by parent_id

),

amounts as (

    select
        trade_activities.*,
        case side when 'buy' then -1 when 'sell' then 1 when 'sell_short' then 1 end
        * if(event = 'trade_bust', -1, 1)
        * round_money(try(qty * price * case
            when asset_class <> 'us_option' then 1
            when regexp_full_match(trade_activities.symbol, '.*\d{7}[CP]\d{8}')
                then contract_multipliers.multiplier
            else 100
        end), currencies.minor_units)::decimal(38, 9) as expected,
        coalesce(fees_of_executions.amount, 0) as fee,
        -coalesce(abs(commission), 0) as charged,
        coalesce(fees_of_executions.evidence, []) as fee_ids
    from trade_activities
    left join fees_of_executions
        on fees_of_executions.parent_id = trade_activities.execution_id
    left join contract_multipliers on contract_multipliers.symbol = trade_activities.symbol
    left join currencies on currencies.currency = trade_activities.currency
    where is_booked(trade_activities.status)

),

compared as (

    select
        amounts.*,
        calendar.next_settlement as due_date,
        case
            when expected is null or net_amount is null then 'not_evaluated'
            when net_amount = expected then 'pass'
            when net_amount - expected in (fee, charged, fee + charged) then 'within_tolerance'
            else 'break'
        end as verdict
    from amounts
    left join calendar on calendar.date = amounts.system_date

),

verdicts as (

    select
        account_id,
        symbol,
        'execution ' || execution_id as subject,
        verdict,
        plain(expected) as expected,
        plain(net_amount) as actual,
        (net_amount - expected)::decimal(38, 9) as difference,
        coalesce(currency, 'USD') as unit,
        due_date,
        [execution_id] || fee_ids as evidence
    from compared

)

select * from verdicts
