-- title:    A closed day changed although nothing came for it
-- severity: S0
-- scope:    all
-- reads:    closed, restatement
-- params:   none
--
-- What a day closed with is made of its events. It may change only by an event that was received
-- afterwards; the restatement then names it. A balance that changed without one was changed by
-- something else: another assumption, another release, another kind of an account, or a fault of
-- ours. Somebody has to say which before the new figure is trusted.
-- Clears on the next night, which compares with what this one stored.
with

days as (

    select system_date, count(*) as balances from closed group by system_date

),

unexplained as (

    select system_date, count(*) as balances, min(ledger_account || ' ' || commodity) as first_one
    from restatement
    where not is_explained
    group by system_date

),

verdicts as (

    select
        'closing of ' || days.system_date as subject,
        if(unexplained.balances is null, 'pass', 'break') as verdict,
        'changes by later events only' as expected,
        coalesce(
            unexplained.balances || ' balances changed by none, as ' || unexplained.first_one,
            days.balances || ' balances compared'
        ) as actual,
        unexplained.balances::decimal(38, 9) as difference,
        'balances' as unit,
        []::varchar[] as evidence
    from days
    left join unexplained on unexplained.system_date = days.system_date

)

select * from verdicts
