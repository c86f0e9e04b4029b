-- title:    A dividend was paid more than once
-- severity: S1
-- scope:    account
-- reads:    dividend_payments
-- params:   none
--
-- An account gets one dividend of a symbol, kind, rate and payable date, in cash or in shares. A
-- second one is something the broker will want back, unless one of them was reversed: payments
-- less reversals may be one at most. The first payment may lie before the opening of the books,
-- so all that is archived is counted. The entitled quantity is no part of the key: paying one
-- dividend on two quantities is paying it twice, too.
-- `not_evaluated`: the rate, the payable date or the symbol is not known.
-- Clears when the broker reverses the second payment.
with

standing_payments as (

    select
        account_id,
        symbol,
        kind,
        rate,
        settle_date,
        -- Who is short pays, so payments and reversals are told apart by number, not by sign.
        abs(count(*) filter (where amount > 0) - count(*) filter (where amount < 0)) as standing,
        list(activity_id order by activity_id) as evidence
    from dividend_payments
    where kind in ('CDIV', 'ROC', 'SDIV', 'CGD', 'LTCG', 'STCG')
    group by account_id, symbol, kind, rate, settle_date
    having bool_or(in_books)

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', kind, 'of ' || settle_date, 'at ' || plain(rate)) as subject,
        case
            when rate is null or settle_date is null or symbol is null then 'not_evaluated'
            when standing <= 1 then 'pass'
            else 'break'
        end as verdict,
        least(standing, 1)::varchar as expected,
        standing::varchar as actual,
        (standing - least(standing, 1))::decimal(38, 9) as difference,
        'payments' as unit,
        evidence
    from standing_payments

)

select * from verdicts
