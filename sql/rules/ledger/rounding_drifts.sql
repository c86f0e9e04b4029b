-- title:    More went to rounding than rounding can explain
-- severity: S3
-- scope:    all
-- reads:    postings, movements
-- params:   system_date
--
-- A rounding account takes what two printed numbers leave between them: half a cent for each
-- execution and each printed amount, half of the last printed digit for each priced leg. More means
-- that the broker's average cost is not ours, or that money goes astray in small pieces. Twenty
-- dates in a row that all round in one direction are a bias, however small.
-- `within_tolerance` beyond the bound: a reversal came before, and the broker may have removed
-- another cost than the one that was booked. Clears by itself, unless it is a bias.
with

rounded as (

    select
        account_id, system_date, ledger_account, commodity, amount,
        regexp_extract(posting_id, '^(.*)/[0-9]+$', 1) as movement_id
    from postings
    where starts_with(ledger_account, 'ROUND:')

),

allowances as (

    select
        movements.account_id,
        movements.symbol,
        bool_or(movements.part = 'reversal') as had_reversal,
        sum(case
            when movements.kind = 'execution' then 0.005
            else coalesce(
                abs(movements.qty) * movements.multiplier * half_digit(movements.price_dp), 0
            ) + 0.005
        end) as allowed
    from movements
    where movements.qty <> 0
    group by movements.account_id, movements.symbol

),

rounded_tonight as (

    select
        rounded.account_id,
        movements.symbol,
        movements.event_id,
        rounded.commodity,
        sum(rounded.amount)::decimal(38, 9) as amount
    from rounded
    inner join movements on movements.movement_id = rounded.movement_id
    where rounded.system_date = $system_date::date
    group by rounded.account_id, movements.symbol, movements.event_id, rounded.commodity

),

events_of_the_night as (

    select
        rounded_tonight.account_id,
        rounded_tonight.symbol,
        unique_subject(
            rounded_tonight.account_id,
            rounded_tonight.symbol,
            'rounding of event ' || rounded_tonight.event_id,
            rounded_tonight.commodity
        ) as subject,
        case
            when abs(rounded_tonight.amount) <= allowances.allowed then 'pass'
            when allowances.had_reversal then 'within_tolerance'
            else 'break'
        end as verdict,
        'at most ' || plain(allowances.allowed) as expected,
        plain(rounded_tonight.amount) as actual,
        rounded_tonight.amount as difference,
        rounded_tonight.commodity as unit,
        [rounded_tonight.event_id] as evidence
    from rounded_tonight
    inner join allowances
        on allowances.account_id = rounded_tonight.account_id
        and allowances.symbol is not distinct from rounded_tonight.symbol

),

daily as (

    select ledger_account, commodity, system_date, sum(amount) as amount
    from rounded
    group by ledger_account, commodity, system_date
    having sum(amount) <> 0
    qualify row_number() over (
        partition by ledger_account, commodity order by system_date desc
    ) <= 20

),

drifts as (

    select
        commodity as symbol,
        'drift of ' || ledger_account as subject,
        if(
            count(*) >= 20
            and (bool_and(amount > 0) or bool_and(amount < 0)),
            'break', 'pass'
        ) as verdict,
        'both directions in 20 dates' as expected,
        count(*) filter (where amount > 0) || ' up, '
        || count(*) filter (where amount < 0) || ' down' as actual,
        sum(amount)::decimal(38, 9) as difference,
        commodity as unit,
        []::varchar[] as evidence
    from daily
    group by ledger_account, commodity

),

verdicts as (

    from events_of_the_night
    union all by name
    from drifts

)

select * from verdicts
