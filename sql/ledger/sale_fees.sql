-- title: What each regulatory fee of a day should be on the day's sales, and what was charged
-- reads: execution_effects, activities, fee_rates, opening, calendar
--
-- REG (SEC, section 31) is a rate per million of the proceeds; TAF (FINRA) a rate per share sold
-- with a cap per execution, nothing for one at a price below its least price, and a rate per
-- option contract sold. Each is summed per account and trade day on exact quantities and rounded
-- up to the cent once. `at_close` is what the sales made as they stood at the close of their day,
-- `as_now` as they stand now; `paid` what was charged. The verdict is that of both fee rules, which
-- name its laws. One row per fee, account and day on which either side has something.
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
        kinds.fee,
        kinds.to_cents,
        case
            when qty * price is null then null
            when kinds.fee = 'REG' then qty * price * multiplier * rate::decimal(18, 6)
            when price < min_price then 0
            else least(qty * rate, coalesce(cap, qty * rate))
        end as amount
    from sold
    cross join (values ('REG', 0.0001), ('TAF', 100.0)) as kinds (fee, to_cents)
    left join fee_rates
        on fee_rates.fee = kinds.fee
        and fee_rates.asset_class in ('*', sold.asset_class)
        and sold.sold_on >= fee_rates.since
        and (sold.sold_on < fee_rates.until or fee_rates.until is null)
    where coalesce(sold.asset_class, 'us_equity') in ('us_equity', 'us_option')
    qualify row_number() over (
        partition by execution_id, kinds.fee
        order by fee_rates.asset_class = '*', fee_rates.since desc
    ) = 1

),

days as (

    select
        fee,
        account_id,
        sold_on as day,
        count(*) filter (where amount is null) as unknown,
        coalesce(ceil(sum(amount) filter (
            where trade_date <= sold_on and coalesce(reversed_on > sold_on, true)
        ) * to_cents) * 0.01, 0) as at_close,
        coalesce(ceil(sum(amount) filter (where reversed_by is null) * to_cents) * 0.01, 0)
            as as_now,
        list(execution_id order by execution_id) as execution_ids
    from rated
    group by fee, to_cents, account_id, sold_on

),

charged as (

    select
        entry_sub_type as fee,
        account_id,
        coalesce(fee_date, system_date) as day,
        -sum(net_amount) as amount,
        list(activity_id order by activity_id) as activity_ids
    from activities
    where entry_type = 'FEE' and entry_sub_type in ('REG', 'TAF')
        and status in ('executed', 'correct')
    group by entry_sub_type, account_id, coalesce(fee_date, system_date)

),

exercised as (

    select distinct account_id, system_date as day
    from activities
    where entry_type = 'OPTRD' and qty < 0 and status in ('executed', 'correct')

),

both_sides as (

    select
        coalesce(days.fee, charged.fee) as fee,
        coalesce(days.account_id, charged.account_id) as account_id,
        coalesce(days.day, charged.day) as day,
        coalesce(days.unknown, 0) as unknown,
        coalesce(days.at_close, 0) as at_close,
        coalesce(days.as_now, 0) as as_now,
        charged.amount,
        coalesce(charged.amount, 0) as paid,
        coalesce(charged.activity_ids, []) || coalesce(days.execution_ids, []) as evidence
    from days
    full join charged
        on charged.fee = days.fee
        and charged.account_id = days.account_id
        and charged.day = days.day

)

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
