-- title: What each regulatory fee of a day should be on the day's executions, and what was charged
-- scope: account
-- reads: fee_drivers, fee_activities, executions, fee_days, account_currencies, currencies, opening, calendar
-- columns:
--   unknown: executions without a rate, quantity, price or multiplier [executions]
--   exact_at_close: the exact fee on the executions as they stood at the close of their day [currency]
--   exact_as_now: the exact fee on the executions as they stand now [currency]
--   at_close: the first of these, rounded up [currency]
--   as_now: the second of these, rounded up [currency]
--   amount: what was charged; null if nothing was [currency]
--   paid: what was charged, zero if nothing was [currency]
--   printed: what the fees say that was traded; null if one does not [currency or units]
--   charges: how many fees were charged [fees]
--   repeats: how many of them there are beyond one, of OCC beyond one for each execution [fees]
--   unit: the smallest amount of the currency [currency]
--   slack: how much more than the day's fee, rounded up once, is still that fee [currency]
--   most_paid: the most that a fee converted at another moment may be [currency]
--   least_paid: the least that it may be [currency]
--   is_unknown_currency: whether the digits of the currency are not known
--   fits_print: whether what the fee says that was traded is what was traded
--   obstacle: why nothing can be said
--   is_exercised: whether an exercise sold shares on that day
--   verdict: the verdict of the rule of that fee
--   every_at_close: the rounded fee by each rate that may hold
--   difference: paid less at_close [currency]
--   evidence: the fees and the executions
--
-- `fee_drivers` has what a fee comes to; here it is rounded up once, to the smallest unit of the
-- account's currency, and held against what was charged (`paid`) and what the fee's text says that
-- was traded (`printed`). The verdict is that of the fee's rule, which names its laws. One row per
-- fee, account and day on which either side has something: of the rates that may hold, the one
-- that fits best. An OCC fee that names its execution is for the day of that execution. No sample
-- of a CAT fee's text is published: what it prints is not held against anything.
with

dated as (

    select
        fees.*, entry_sub_type as fee,
        coalesce(fees.fee_date, executions.trade_date, fees.system_date) as day
    from fee_activities as fees
    left join events.executions
        on executions.execution_id = fees.parent_id and executions.account_id = fees.account_id
    where fees.entry_type = 'FEE' and fees.entry_sub_type in ('REG', 'TAF', 'ORF', 'OCC', 'CAT')
        and is_booked(fees.status)
        -- One that names an execution that is not known is judged by fee_without_execution.
        and (fees.entry_sub_type <> 'OCC' or fees.parent_id is null
            or executions.execution_id is not null)

),

charged as (

    select
        fee, account_id, day,
        -sum(net_amount) as amount,
        case when count(fee_base) = count(*) and max(net_amount) <= 0 then sum(fee_base) end
            as printed,
        count(*) as charges,
        count(*) filter (where net_amount < 0) - count(*) filter (where net_amount > 0)
            - if(fee = 'OCC', count(distinct coalesce(parent_id, activity_id))
                filter (where net_amount < 0), 1) as repeats,
        max(swap_rate)::decimal(18, 10) as swap_rate,
        list(activity_id order by activity_id) as activity_ids
    from dated
    group by fee, account_id, day

),

exercised as (

    select distinct account_id, system_date as day
    from fee_activities
    where entry_type = 'OPTRD' and qty < 0 and is_booked(status)

),

both_sides as (

    select
        coalesce(fee_drivers.fee, charged.fee) as fee,
        coalesce(fee_drivers.account_id, charged.account_id) as account_id,
        coalesce(fee_drivers.day, charged.day) as day,
        coalesce(fee_drivers.choice, 1) as choice,
        coalesce(fee_drivers.choices, 1) as choices,
        coalesce(fee_drivers.unknown, 0) as unknown,
        coalesce(fee_drivers.unconverted, 0) as unconverted,
        fee_drivers.contradiction,
        coalesce(fee_drivers.unsettled, 0) as unsettled,
        coalesce(fee_drivers.fx, charged.swap_rate) as fx,
        coalesce(fee_drivers.at_close, 0) as exact_at_close,
        coalesce(fee_drivers.as_now, 0) as exact_as_now,
        coalesce(fee_drivers.as_traded, 0) as as_traded,
        coalesce(fee_drivers.printable_units, []) as printable_units,
        fee_drivers.rates,
        coalesce(fee_drivers.lines, []) as lines,
        charged.amount,
        coalesce(charged.amount, 0) as paid,
        charged.printed,
        charged.charges,
        charged.repeats,
        coalesce(charged.activity_ids, []) || coalesce(fee_drivers.execution_ids, []) as evidence
    from fee_drivers
    full join charged
        on charged.fee = fee_drivers.fee
        and charged.account_id = fee_drivers.account_id
        and charged.day = fee_drivers.day

),

rounded as (

    select
        both_sides.*,
        coalesce(account_currencies.currency, 'USD') as currency,
        minor_unit(currencies.minor_units) as unit,
        -- Charged for each execution (OCC) or in several lines (CAT), each rounded up by itself.
        minor_unit(currencies.minor_units)
            * if(fee in ('OCC', 'CAT'), greatest(coalesce(charges, 1), 1), 1) as slack,
        round_up(exact_at_close, currencies.minor_units) as at_close,
        round_up(exact_as_now, currencies.minor_units) as as_now,
        -- Converted at another moment, or after the cent: law RATE.
        round_up(greatest(exact_at_close, exact_as_now) * 1.02 + coalesce(fx, 0) * 0.01,
            currencies.minor_units) as most_paid,
        round_up(least(exact_at_close, exact_as_now) * 0.98, currencies.minor_units) as least_paid,
        currencies.currency is null as is_unknown_currency
    from both_sides
    left join account_currencies on account_currencies.account_id = both_sides.account_id
    left join currencies
        on currencies.currency = coalesce(account_currencies.currency, 'USD')

),

based as (

    select
        rounded.*,
        printed is null
        or len(printable_units) = 0
        or fee = 'REG' and currency <> 'USD'
        or fee = 'REG' and len(list_filter(
            printable_units, lambda sold: abs(sold - printed) < unit * charges
        )) > 0
        or fee in ('TAF', 'ORF', 'OCC') and list_contains(printable_units, printed)
        or fee = 'CAT' as fits_print
    from rounded

),

explained as (

    select
        based.*,
        calendar.next_settlement as due_date,
        case
            when based.day <= (select max(system_date) from opening)
                and (based.account_id, based.day) not in (select (account_id, day) from fee_days)
            then 'the day is before the opening'
            when unknown > 0
            then if(fee in ('REG', 'TAF'), 'a sale', 'an execution')
                || ' has no rate, quantity, price or multiplier'
            when is_unknown_currency then 'how many digits ' || currency || ' has is not known'
            when contradiction is not null
            then 'a sale is converted at ' || trim(contradiction::varchar, '0')
                || ' but the account is in ' || currency
            when unconverted > 0
            then 'no swap rate is known to convert dollars into ' || currency
        end as obstacle,
        exercised.day is not null as is_exercised
    from based
    left join calendar on calendar.date = based.day
    left join exercised
        on exercised.account_id = based.account_id and exercised.day = based.day
        and based.fee in ('REG', 'TAF')

),

judged as (

    select
        *,
        case
            when obstacle is not null then 'not_evaluated'
            when amount is null and paid = at_close then 'pass'
            when amount is null and as_now > 0 and $system_date::date < due_date then 'pending'
            when amount is null and as_now > 0 then 'break'
            when amount is not null and not fits_print
            then if(is_exercised, 'not_evaluated', 'break')
            when paid = at_close then 'pass'
            when paid = as_now then 'within_tolerance'
            when at_close > 0 and paid - at_close between -unit and slack then 'within_tolerance'
            when as_now > 0 and paid - as_now between -unit and slack then 'within_tolerance'
            -- Charged when an execution was made, and not given back when it was reversed.
            when fee = 'OCC' and paid between at_close and as_traded + slack
            then 'within_tolerance'
            -- Shares of the over-the-counter market count a hundredth, and nothing says which are.
            when fee = 'CAT' and paid between greatest(exact_at_close * 0.01, unit) and at_close
            then 'within_tolerance'
            when currency <> 'USD' and at_close > 0 and paid between least_paid - unit and most_paid + unit
            then 'within_tolerance'
            when is_exercised or unsettled > 0 then 'not_evaluated'
            when currency <> 'USD' and fx is null and at_close > 0 then 'not_evaluated'
            else 'break'
        end as verdict
    from explained

),

ranked as (

    select
        *,
        string_agg(plain(at_close), ' or ') over (
            partition by fee, account_id, day order by choice
            rows between unbounded preceding and unbounded following
        ) as every_at_close
    from judged
    qualify row_number() over (
        partition by fee, account_id, day
        order by array_position(
            ['pass', 'within_tolerance', 'pending', 'not_evaluated', 'break'], verdict
        ), choice
    ) = 1

)

select
    *,
    if(obstacle is null, paid - at_close, null)::decimal(38, 9) as difference,
    case when obstacle is null then concat(
        case
            when choices = 1 then plain(at_close)
            when verdict in ('pass', 'within_tolerance')
            then plain(at_close) || ' at ' || rates || ', of disputed rates'
            else every_at_close || ', of disputed rates'
        end,
        case when amount is not null and not fits_print
            then ' on ' || plain(printable_units[1]) end
    ) end as expected,
    concat(
        case when amount is null then 'no fee' else plain(amount) end,
        case when not fits_print then ' on ' || plain(printed) end,
        case when verdict = 'not_evaluated' then ': ' || coalesce(
            obstacle,
            if(is_exercised, 'an exercise sold shares on that day', null),
            if(unsettled > 0, 'the rate is disputed and only one value of it is known', null),
            'no swap rate is known to convert dollars into ' || currency
        ) end
    ) as actual
from ranked
