-- title:    A dividend was paid at another rate than to the other accounts
-- severity: S1
-- scope:    account
-- reads:    activities
-- params:   none
--
-- A dividend has one rate. All accounts that are paid a dividend of one symbol, kind and payable
-- date must get the same one; the rate that most accounts got is taken as the right one. A break
-- is an account that a partial correction left out, or that was rerun with a new rate. What was
-- paid and wholly taken back no longer counts.
-- `not_evaluated`: an unreadable rate; two rates equally common; or an account that also got the
-- common rate, since a special dividend may be paid on the day of the regular one.
-- Clears when the broker reverses the payment and pays at the common rate.
with

paid as (

    select
        account_id,
        symbol,
        coalesce(entry_sub_type, case when qty = 0 then 'CDIV' else 'SDIV' end) as kind,
        settle_date,
        rate,
        list(activity_id order by activity_id) as evidence
    from activities
    where entry_type = 'DIV'
        and status in ('executed', 'correct')
    group by account_id, symbol, kind, settle_date, rate
    having count(*) = 1 or sum(net_amount) <> 0 or sum(qty) <> 0

),

rates as (

    select symbol, kind, settle_date, rate, count(*) as accounts
    from paid
    where rate is not null
    group by symbol, kind, settle_date, rate

),

ranked as (

    select *, max(accounts) over (partition by symbol, kind, settle_date) as most
    from rates

),

common as (

    select symbol, kind, settle_date, min(rate) as rate, count(*) as candidates
    from ranked
    where accounts = most
    group by symbol, kind, settle_date

),

verdicts as (

    select
        paid.account_id,
        paid.symbol,
        concat_ws(' ', paid.kind, 'of ' || paid.settle_date, 'at ' || plain(paid.rate))
            as subject,
        case
            when paid.rate is null or common.rate is null or common.candidates > 1
                then 'not_evaluated'
            when paid.rate = common.rate then 'pass'
            when also.account_id is not null then 'not_evaluated'
            else 'break'
        end as verdict,
        case when common.candidates = 1 then plain(common.rate) end as expected,
        plain(paid.rate) as actual,
        case when common.candidates = 1
        then (paid.rate - common.rate)::decimal(38, 9) end as difference,
        'per share' as unit,
        paid.evidence
    from paid
    left join common
        on common.symbol = paid.symbol
        and common.kind = paid.kind
        and common.settle_date = paid.settle_date
    left join paid as also
        on also.account_id = paid.account_id
        and also.symbol = paid.symbol
        and also.kind = paid.kind
        and also.settle_date = paid.settle_date
        and also.rate = common.rate

)

select * from verdicts
