-- title:    A dividend was paid at another rate than to the other accounts
-- severity: S1
-- scope:    symbol
-- reads:    dividend_payments
-- params:   none
--
-- A dividend has one rate. All accounts that are paid a dividend of one symbol, kind and payable
-- date must get the same one; the rate that most accounts got is taken as the right one. A break
-- is an account that a partial correction left out, or that was rerun with a new rate. What was
-- paid and wholly reversed no longer counts.
-- `not_evaluated`: an unreadable rate; two rates equally common; or an account that also got the
-- common rate, since a special dividend may be paid on the day of the regular one.
-- Clears when the broker reverses the payment and pays at the common rate.
with

rates_per_account as (

    select
        account_id,
        symbol,
        kind,
        settle_date,
        rate,
        list(activity_id order by activity_id) as evidence
    from dividend_payments
    where in_books
    group by account_id, symbol, kind, settle_date, rate
    having count(*) = 1 or sum(net_amount) <> 0 or sum(qty) <> 0

),

rates as (

    select symbol, kind, settle_date, rate, count(*) as accounts
    from rates_per_account
    where rate is not null
    group by symbol, kind, settle_date, rate

),

ranked_rates as (

    select *, max(accounts) over (partition by symbol, kind, settle_date) as most
    from rates

),

common_rates as (

    select symbol, kind, settle_date, min(rate) as rate, count(*) as candidates
    from ranked_rates
    where accounts = most
    group by symbol, kind, settle_date

),

verdicts as (

    select
        own.account_id,
        own.symbol,
        concat_ws(' ', own.kind, 'of ' || own.settle_date, 'at ' || plain(own.rate))
            as subject,
        case
            when own.rate is null or common.rate is null or common.candidates > 1
                then 'not_evaluated'
            when own.rate = common.rate then 'pass'
            when also.account_id is not null then 'not_evaluated'
            else 'break'
        end as verdict,
        case when common.candidates = 1 then plain(common.rate) end as expected,
        plain(own.rate) as actual,
        case when common.candidates = 1
        then (own.rate - common.rate)::decimal(38, 9) end as difference,
        'per share' as unit,
        own.evidence
    from rates_per_account as own
    left join common_rates as common
        on common.symbol = own.symbol
        and common.kind = own.kind
        and common.settle_date = own.settle_date
    left join rates_per_account as also
        on also.account_id = own.account_id
        and also.symbol = own.symbol
        and also.kind = own.kind
        and also.settle_date = own.settle_date
        and also.rate = common.rate

)

select * from verdicts
