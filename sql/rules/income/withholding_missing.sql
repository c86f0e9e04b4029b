-- title:    No tax was withheld from a dividend that is taxed
-- severity: S2
-- scope:    symbol
-- reads:    activities_to_date, dividend_payments, calendar
-- params:   none
--
-- Neither the account's tax status nor the source of a dividend is published, but both show: an account
-- that was taxed on any dividend is a non-resident's, and a dividend that any account was taxed on has
-- its source in the United States. Where both hold the account's cash dividend must bear a tax (DIVNRA)
-- of its symbol, booked or payable within five days. Less than one cent is not withheld.
-- The tax may come later than the dividend: pending until the next settlement day, then a break. The
-- broker owes the tax, and will take it from the customer.
-- `not_evaluated`: the account is taxed elsewhere and nobody on this dividend, which may be exempt or a
-- foreign issuer's; or no rate is printed on the account's taxes.
-- Clears when the tax is booked, or the dividend is reversed.
with

taxes as (

    select activity_id, account_id, symbol, settle_date, system_date, tax_rate
    from activities_to_date
    where entry_type = 'DIVNRA' and is_booked and net_amount < 0

),

taxed_accounts as (

    select account_id, min(tax_rate) as tax_rate from taxes group by account_id

),

dividends as (

    select
        payments.account_id,
        payments.symbol,
        payments.settle_date,
        taxed_accounts.tax_rate,
        sum(payments.amount) as gross,
        max(payments.system_date) as last_date,
        list(payments.activity_id order by payments.activity_id) as evidence
    from dividend_payments as payments
    inner join taxed_accounts on taxed_accounts.account_id = payments.account_id
    where payments.kind = 'CDIV' and payments.symbol is not null
    group by
        payments.account_id, payments.symbol, payments.settle_date, taxed_accounts.tax_rate
    having bool_or(payments.in_books) and sum(payments.amount) > 0

),

compared as (

    select
        dividends.*,
        dividends.gross * dividends.tax_rate < 1 as is_nothing,
        coalesce(bool_or(taxes.account_id = dividends.account_id), false) as is_taxed,
        count(taxes.account_id) as taxes,
        coalesce(
            list(taxes.activity_id order by taxes.activity_id)
                filter (where taxes.account_id = dividends.account_id),
            []
        ) as own_taxes
    from dividends
    left join taxes
        on taxes.symbol = dividends.symbol
        and (
            abs(taxes.settle_date - dividends.settle_date) <= 5
            or abs(taxes.system_date - dividends.last_date) <= 5
        )
    group by all

),

verdicts as (

    select
        compared.account_id,
        compared.symbol,
        concat_ws(' ', 'tax on the dividend of', compared.settle_date::varchar) as subject,
        case
            when compared.is_taxed then 'pass'
            when compared.is_nothing then 'pass'
            when compared.taxes = 0 or compared.tax_rate is null then 'not_evaluated'
            else 'break'
        end as verdict,
        plain(compared.tax_rate) || '% of ' || plain(compared.gross) as expected,
        if(compared.is_taxed, 'withheld', 'nothing') as actual,
        calendar.next_settlement as due_date,
        compared.evidence || compared.own_taxes as evidence
    from compared
    left join calendar on calendar.date = compared.last_date

)

select * from verdicts
