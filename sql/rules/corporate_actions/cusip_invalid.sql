-- title:    A corporate action names a CUSIP that is none
-- severity: S3
-- scope:    symbol
-- reads:    activities_to_date
-- params:   none
--
-- A CUSIP has nine characters, and the last is a check digit of the eight before it: their values
-- (letters count on from 10), each second one doubled, the digits of all summed; with the check
-- digit a multiple of ten. All CUSIPs of the documented corporate actions have a right one. One that
-- has not was mistyped or cut, and what is matched by it is matched to another security or none.
-- Looked at are the legs of corporate actions, once for each symbol and CUSIP; a sweep's name in
-- that field is none, and is no corporate action. Whether the old and the new CUSIP of a change of
-- CUSIP differ is looked at by the rule on name changes.
-- A break is wrong reference data, not wrong money; it clears when the legs are booked anew.
with

named_cusips as (

    select
        symbol,
        upper(cusip) as cusip,
        min(activity_id) as activity_id
    from activities_to_date
    where entry_type in ('SPLIT', 'MA', 'NC', 'SPIN', 'REO', 'REORG', 'VOF')
        and is_booked
        and in_books
        and cusip is not null
    group by symbol, upper(cusip)

),

characters as (

    select
        symbol,
        cusip,
        place,
        strpos('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#', substr(cusip, place::integer, 1)) - 1
            as value
    from named_cusips
    cross join range(1, 9) as places (place)

),

sums as (

    select
        symbol,
        cusip,
        sum(if(place % 2 = 0, 2 * value // 10 + 2 * value % 10, value // 10 + value % 10)) as total
    from characters
    group by symbol, cusip

),

verdicts as (

    select
        null::varchar as account_id,
        named_cusips.symbol,
        'CUSIP ' || named_cusips.cusip as subject,
        ((10 - sums.total % 10) % 10)::varchar as check_digit,
        regexp_full_match(named_cusips.cusip, '[0-9A-Z*@#]{8}[0-9]') as has_form,
        if(has_form and right(named_cusips.cusip, 1) = check_digit, 'pass', 'break') as verdict,
        if(has_form, left(named_cusips.cusip, 8) || check_digit, 'nine characters, the last a digit')
            as expected,
        named_cusips.cusip as actual,
        [named_cusips.activity_id] as evidence
    from named_cusips
    inner join sums
        on sums.symbol is not distinct from named_cusips.symbol
        and sums.cusip = named_cusips.cusip

)

select * exclude (check_digit, has_form) from verdicts
