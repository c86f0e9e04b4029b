-- title:    The FINRA trading activity fee of a day is not what the day's sales make
-- severity: S2
-- reads:    execution_effects, activities, fee_rates, opening, calendar
-- params:   system_date
--
-- The broker passes on FINRA's rate per share sold, at most the cap for each execution and
-- nothing for one at a price below the rate, and per option contract sold; summed per account and
-- trade day and rounded up to the cent once. A gap means another rate or cap, a sale that one
-- side does not have, or a fee charged twice. No sale or a rate of zero, no fee.
-- Law CENT: one cent is within tolerance where something is expected, since the broker's texts
-- disagree whether each fee or the day is rounded. A fee for a day without sales is no rounding.
-- A sale that is taken back or corrected on a later day was charged as it stood at the close and
-- brings no refund; the fee as it would be now is within tolerance too.
-- A fee that has not come is pending until the next settlement day, then a break.
-- Not evaluated: a sale on a day without a rate, a day before the opening, and a fee that does not
-- fit on a day on which an exercise sold shares, which may be charged as well [?].
-- Clears when the fee, or the sale that explains it, comes.
with recursive

-- A correction belongs to the day on which what it corrects was sold.
sold as (

    select
        execution_id, account_id, trade_date as sold_on, trade_date, qty, price, multiplier,
        asset_class, reversed_by, reversed_on
    from execution_effects
    where event in ('fill', 'partial_fill') and side in ('sell', 'sell_short')
    union all
    select
        own.execution_id, own.account_id, sold.sold_on, own.trade_date, own.qty, own.price,
        own.multiplier, own.asset_class, own.reversed_by, own.reversed_on
    from execution_effects as own
    inner join sold on sold.execution_id = own.target_execution_id
    where own.event = 'trade_correct' and own.claim = 1

),

rated as (

    select
        sold.*,
        case
            when qty * price is null then null
            when price < min_price then 0
            else least(qty * rate, coalesce(cap, qty * rate))
        end as fee
    from sold
    left join fee_rates
        on fee_rates.fee = 'TAF'
        and fee_rates.asset_class in ('*', sold.asset_class)
        and sold.sold_on >= fee_rates.since
        and (sold.sold_on < fee_rates.until or fee_rates.until is null)
    where coalesce(sold.asset_class, 'us_equity') in ('us_equity', 'us_option')
    qualify row_number() over (
        partition by execution_id order by fee_rates.asset_class = '*', fee_rates.since desc
    ) = 1

),

days as (

    select
        account_id,
        sold_on as day,
        count(*) filter (where fee is null) as unknown,
        coalesce(ceil(sum(fee) filter (
            where trade_date <= sold_on and coalesce(reversed_on > sold_on, true)
        ) * 100) * 0.01, 0) as at_close,
        coalesce(ceil(sum(fee) filter (where reversed_by is null) * 100) * 0.01, 0) as as_now,
        list(execution_id order by execution_id) as execution_ids
    from rated
    group by account_id, sold_on

),

charged as (

    select
        account_id,
        coalesce(fee_date, system_date) as day,
        -sum(net_amount) as amount,
        list(activity_id order by activity_id) as activity_ids
    from activities
    where entry_type = 'FEE' and entry_sub_type = 'TAF' and status in ('executed', 'correct')
    group by account_id, coalesce(fee_date, system_date)

),

exercised as (

    select distinct account_id, system_date as day
    from activities
    where entry_type = 'OPTRD' and qty < 0 and status in ('executed', 'correct')

),

both_sides as (

    select
        coalesce(days.account_id, charged.account_id) as account_id,
        coalesce(days.day, charged.day) as day,
        coalesce(days.unknown, 0) as unknown,
        coalesce(days.at_close, 0) as at_close,
        coalesce(days.as_now, 0) as as_now,
        charged.amount,
        coalesce(charged.amount, 0) as paid,
        coalesce(charged.activity_ids, []) || coalesce(days.execution_ids, []) as evidence
    from days
    full join charged on charged.account_id = days.account_id and charged.day = days.day

),

judged as (

    select
        both_sides.*,
        calendar.next_settlement as due_date,
        case
            when unknown > 0 or both_sides.day <= (select max(system_date) from opening)
            then 'not_evaluated'
            when paid = at_close then 'pass'
            when amount is null and as_now > 0 and $system_date::date < calendar.next_settlement
            then 'pending'
            when amount is null and as_now > 0 then 'break'
            when paid = as_now then 'within_tolerance'
            when at_close > 0 and abs(paid - at_close) <= 0.01 then 'within_tolerance'
            when as_now > 0 and abs(paid - as_now) <= 0.01 then 'within_tolerance'
            when exercised.day is not null then 'not_evaluated'
            else 'break'
        end as verdict
    from both_sides
    left join calendar on calendar.date = both_sides.day
    left join exercised
        on exercised.account_id = both_sides.account_id and exercised.day = both_sides.day

),

verdicts as (

    select
        account_id,
        null::varchar as symbol,
        'TAF fee of ' || day as subject,
        verdict,
        plain(at_close) as expected,
        case when amount is null then 'no fee' else plain(amount) end as actual,
        (paid - at_close)::decimal(38, 9) as difference,
        'USD' as unit,
        case when verdict = 'pending' then due_date end as due_date,
        evidence[1:20] as evidence
    from judged

)

select * from verdicts
