-- title:    A holder was left out of a dividend that other accounts were paid
-- severity: S1
-- scope:    symbol
-- reads:    issuer_holders, settlement_days
-- params:   none
--
-- A dividend in cash or stock, a return of capital or a capital gain is paid to all who held the
-- security when it counted, and by who was short then. So once one account has it every other such
-- account has it too, or a payment in lieu (SPD) where its shares are lent. A break is a customer
-- who did not get what is his; the books and the statement agree about it.
-- The broker's own cash may come late, and account by account: pending for three settlement days
-- after the first payment, or after the account's own was reversed.
-- What rounds to nothing is not paid. Less than a cent, or less than a unit of the ninth digit of a
-- share, may be cut: within tolerance (law CENT, law ULPq).
-- `not_evaluated`: no record date, rate or readable quantity, or a position from before the books
-- begin that no closing tells.
-- Clears when the account is paid, or when the payments of all others are reversed.
with

dues as (

    select
        *,
        abs(try(held * if(kind = 'SDIV', rate - 1, rate)::decimal(38, 9))) as due,
        if(kind = 'SDIV', 0.000000001, 0.01) as smallest
    from issuer_holders
    where area = 'income'

),

verdicts as (

    select
        dues.account_id,
        dues.symbol,
        concat_ws(' ', dues.kind, 'of', dues.action_date::varchar) as subject,
        case
            when dues.is_reached then 'pass'
            when not dues.is_known or dues.due is null then 'not_evaluated'
            when 2 * dues.due < dues.smallest then 'pass'
            when dues.due < dues.smallest then 'within_tolerance'
            else 'break'
        end as verdict,
        concat_ws(' ', 'paid', 'on ' || plain(dues.held)) as expected,
        if(dues.is_reached, 'paid', 'nothing') as actual,
        last_day.date as due_date,
        if(dues.is_reached, dues.own_legs, [dues.first_leg]) as evidence
    from dues
    left join settlement_days as first_day
        on first_day.date = greatest(dues.first_date, dues.last_date)
    left join settlement_days as last_day
        on last_day.number = first_day.number + 3 and last_day.is_settlement

)

select * from verdicts
