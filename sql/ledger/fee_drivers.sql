-- title: What was traded on each trade day, and what a fee on it comes to by each rate that may hold
-- scope: account
-- reads: executions, reversals, fee_days, fee_activities, account_currencies, currencies, fee_rates, night
-- columns:
--   unknown: executions without a rate, quantity, price or multiplier [executions]
--   at_close: the exact fee on the executions as they stood at the close of their day [currency]
--   as_now: the exact fee on the executions as they stand now [currency]
--   as_traded: the exact fee on every fill, whether or not it was reversed [currency]
--   execution_ids: the executions
--
-- REG (SEC, section 31) is a rate per million of the proceeds of sales; TAF (FINRA) a rate per share
-- sold with a cap per execution, nothing for one at a price below its least price, and a rate per
-- option contract sold. ORF and OCC are a rate per option contract bought or sold, OCC with a cap
-- per execution where the rate has one; CAT a rate per share or contract bought or sold.
-- Each is summed per account and trade day, exact and not yet rounded: `at_close` over the
-- executions as they stood at the close of their day, `as_now` as they stand now.
-- Prices are in the account's currency, so REG is too; a rate in dollars is converted by the
-- `swap_rate` of the execution, of a fee that names it, or of any activity of the account on that
-- day, to ten digits after the point.
-- Where rates are disputed each has a `choice` of its own, from the lowest. `units_*` are what a
-- fee's text may print as traded: all, shares, contracts, and those that the fee is taken of.
-- The days are those of the night's books, and the earlier ones whose fees are judged again.
with recursive

executed as (

    select own.*, reversals.execution_id as reversed_by, reversals.system_date as reversed_on
    from events.executions as own
    left join reversals
        on reversals.previous_execution_id = own.execution_id and reversals.reversal_rank = 1
    where own.system_date <= (select night.system_date from night)

),

-- A correction belongs to the day on which what it corrects was traded.
traded as (

    select
        execution_id, account_id, starts_with(side, 'sell') as is_sale, trade_date as traded_on,
        trade_date, abs(qty) as qty, price, multiplier, asset_class, swap_rate,
        multiplier_is_unknown, reversed_by, reversed_on, true as is_fill
    from executed
    where event in ('fill', 'partial_fill') and side in ('buy', 'sell', 'sell_short')
        and (
            execution_id in (select execution_id from executions)
            or (account_id, trade_date) in (select (account_id, day) from fee_days)
        )
    union all
    select
        own.execution_id, own.account_id, traded.is_sale, traded.traded_on, own.trade_date,
        abs(own.qty), own.price, own.multiplier, own.asset_class, own.swap_rate,
        own.multiplier_is_unknown, own.reversed_by, own.reversed_on, false
    from traded
    inner join executed as own on own.execution_id = traded.reversed_by
    where own.event = 'trade_correct'

),

conversions as (

    select parent_id, max(swap_rate) as swap_rate
    from fee_activities
    where entry_type = 'FEE' and swap_rate is not null and parent_id is not null
    group by parent_id

),

days as (

    select account_id, system_date, max(swap_rate) as swap_rate
    from fee_activities
    where swap_rate is not null
    group by account_id, system_date

),

priced as (

    select
        traded.*,
        coalesce(account_currencies.currency, 'USD') as currency,
        currencies.minor_units,
        trade_date <= traded_on and coalesce(reversed_on > traded_on, true) as is_at_close,
        reversed_by is null as is_now,
        coalesce(traded.swap_rate, conversions.swap_rate) as named_rate,
        case when coalesce(account_currencies.currency, 'USD') = 'USD' then 1
            else coalesce(traded.swap_rate, conversions.swap_rate, days.swap_rate)
            end::decimal(18, 10) as fx
    from traded
    left join account_currencies on account_currencies.account_id = traded.account_id
    left join currencies
        on currencies.currency = coalesce(account_currencies.currency, 'USD')
    left join conversions on conversions.parent_id = traded.execution_id
    left join days
        on days.account_id = traded.account_id and days.system_date = traded.traded_on
    where coalesce(asset_class, 'us_equity') in ('us_equity', 'us_option')

),

-- The user's own rate before a published one, that of the asset class before that of all.
matched as (

    select
        priced.*, kinds.fee, fee_rates.rate, fee_rates.cap, fee_rates.min_price, fee_rates.line,
        fee_rates.certainty
    from priced
    inner join (values
        ('REG', 'us_equity', true), ('REG', 'us_option', true),
        ('TAF', 'us_equity', true), ('TAF', 'us_option', true),
        ('ORF', 'us_option', false), ('OCC', 'us_option', false),
        ('CAT', 'us_equity', false), ('CAT', 'us_option', false)
    ) as kinds (fee, asset_class, is_of_sales)
        on kinds.asset_class = coalesce(priced.asset_class, 'us_equity')
        and (priced.is_sale or not kinds.is_of_sales)
    left join fee_rates
        on fee_rates.fee = kinds.fee
        and fee_rates.asset_class in ('*', priced.asset_class)
        and priced.traded_on >= fee_rates.since
        and (priced.traded_on < fee_rates.until or fee_rates.until is null)
    qualify rank() over (
        partition by execution_id, kinds.fee
        order by fee_rates.line is null, fee_rates.asset_class = '*', fee_rates.since desc
    ) = 1

),

choices as (

    select
        *,
        row_number() over (
            partition by execution_id, fee order by rate, cap, line
        ) as choice,
        count(*) over (partition by execution_id, fee) as choices
    from matched

),

-- An execution with one rate counts with each choice of its day. What no decimal holds is unknown.
spread as (

    select *, max(choices) over (partition by account_id, fee, traded_on) as day_choices
    from choices

),

chosen as (

    select
        * replace (unnest(range(
            choice, if(choice = choices, day_choices, choice) + 1
        )) as choice)
    from spread

),

rated as (

    select
        *,
        fee <> 'REG' and fx is null and coalesce(rate > 0 and qty > 0 and price > 0, false)
            as lacks_rate,
        case
            when qty is null or price is null or rate is null then null
            when fee = 'REG' and multiplier_is_unknown then null
            when fee = 'REG'
            then try((qty * price * multiplier * rate::decimal(18, 6))::decimal(31, 18))
            when rate = 0 then 0
            when price < min_price * fx then 0
            else try((least(qty * rate, coalesce(cap, qty * rate)) * fx)::decimal(27, 18))
        end as amount,
        if(fee = 'REG', try((qty * price * multiplier)::decimal(35, 18)), try(qty::decimal(28, 9)))
            as units
    from chosen

)

select
    fee,
    account_id,
    traded_on as day,
    choice,
    any_value(currency) as currency,
    any_value(minor_units) as minor_units,
    max(day_choices) as choices,
    count(*) filter (where amount is null and not lacks_rate) as unknown,
    count(*) filter (where amount is null and lacks_rate) as unconverted,
    count(*) filter (where certainty = 'disputed' and choices = 1) as unsettled,
    max(named_rate) filter (where currency = 'USD' and named_rate <> 1) as contradiction,
    max(fx) as fx,
    (coalesce(sum(amount) filter (where is_at_close), 0)
        * if(fee = 'REG', 0.000001, 1.000000))::decimal(38, 18) as at_close,
    (coalesce(sum(amount) filter (where is_now), 0)
        * if(fee = 'REG', 0.000001, 1.000000))::decimal(38, 18) as as_now,
    (coalesce(sum(amount) filter (where is_fill), 0)
        * if(fee = 'REG', 0.000001, 1.000000))::decimal(38, 18) as as_traded,
    [
        sum(units) filter (where is_at_close), sum(units) filter (where is_now),
        sum(units) filter (where is_at_close and asset_class = 'us_equity'),
        sum(units) filter (where is_now and asset_class = 'us_equity'),
        sum(units) filter (where is_at_close and asset_class = 'us_option'),
        sum(units) filter (where is_now and asset_class = 'us_option'),
        sum(units) filter (where is_at_close and amount > 0),
        sum(units) filter (where is_now and amount > 0)
    ]::decimal(38, 18)[] as printable_units,
    string_agg(distinct plain(rate), ' and ' order by plain(rate)) as rates,
    coalesce(list(distinct line order by line) filter (where line is not null), []) as lines,
    list(distinct execution_id order by execution_id) as execution_ids
from rated
group by fee, account_id, traded_on, choice
