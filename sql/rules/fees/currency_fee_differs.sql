-- title:    The fee for converting an execution's money is more than its basis points make
-- severity: S3
-- scope:    account
-- reads:    activities_to_date, execution_effects, account_currencies
-- params:   none
--
-- An execution on an account in another currency than dollars is converted at the `swap_rate`, and a
-- fee of `swap_fee_bps` basis points of what was converted is charged in that currency (FEE/LCT).
-- Each such fee names its execution. All fees of one execution together may be no more than its
-- basis points of quantity times price, rounded up; more is another rate, or a fee charged twice.
-- Law SPREAD: the broker's spread and the correspondent's may be charged apart or not at all, and
-- how the fee is rounded is not documented: less is within tolerance.
-- `not_evaluated`: the execution is not known, or its basis points or amount are not.
-- Clears when the broker gives the excess back.
with

fees_of_executions as (

    select
        account_id,
        coalesce(parent_id, activity_id) as execution_id,
        -sum(net_amount) as paid,
        list(activity_id order by activity_id) as evidence
    from activities_to_date
    where entry_type = 'FEE' and entry_sub_type = 'LCT' and in_books and is_booked
    group by account_id, coalesce(parent_id, activity_id)

),

fees_beside_basis_points as (

    select
        fees.*,
        coalesce(account_currencies.currency, 'USD') as currency,
        execution_effects.symbol,
        minor_unit(execution_effects.minor_units) as unit,
        case when not coalesce(execution_effects.multiplier_is_unknown, false)
        then try((execution_effects.qty * execution_effects.price * execution_effects.multiplier)
            ::decimal(38, 14) * execution_effects.swap_fee_bps::decimal(9, 4) * 0.0001)
        end as owed
    from fees_of_executions as fees
    left join execution_effects on execution_effects.execution_id = fees.execution_id
    left join account_currencies on account_currencies.account_id = fees.account_id

),

verdicts as (

    select
        account_id,
        symbol,
        'currency fees of ' || execution_id as subject,
        case
            when owed is null then 'not_evaluated'
            when abs(paid - owed) < unit then 'pass'
            when paid < owed then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(owed) as expected,
        plain(paid) as actual,
        (paid - owed)::decimal(38, 9) as difference,
        currency as unit,
        [execution_id] || evidence as evidence
    from fees_beside_basis_points

)

select * from verdicts
