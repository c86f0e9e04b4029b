-- title:    Rights or shares of a reorganisation are not what the printed rate gives
-- severity: S1
-- scope:    account
-- reads:    activities
-- params:   none
--
-- The activity stream prints the quantity of the source and the rate beside what is added: rights
-- for each share that was held, or so many new shares for so many old ones of a reorganisation. The
-- added quantity must be the source in that proportion, rounded to nine digits; one unit of the
-- ninth digit either way is within tolerance (law ULPq). Who is given whole shares may get the
-- fraction in cash: less than one share apart is within tolerance, too (law of whole shares).
-- Checked crosswise, so that nothing is divided.
-- `not_evaluated`: no rate or no quantity of the source, as on the older stream.
-- A break clears when the broker reverses the wrong quantity or books the rest.
with

legs as (

    select
        *,
        if(entry_type = 'VOF', rate, exchange_rate) as new_rate,
        if(entry_type = 'VOF', 1, old_rate)::decimal(38, 9) as for_each
    from activities
    where (entry_type = 'REO' or (entry_type = 'VOF' and entry_sub_type = 'VDST'))
        and ca_leg = 'ADD'
        and is_booked(status)

),

compared as (

    select
        *,
        try(abs(qty * for_each - entitled_qty * new_rate)) as apart,
        try(0.000000001 * for_each) as unit_of_ninth_digit
    from legs

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', coalesce(entry_sub_type, entry_type), 'activity', activity_id) as subject,
        case
            when apart is null then 'not_evaluated'
            when 2 * apart <= unit_of_ninth_digit then 'pass'
            when apart <= unit_of_ninth_digit then 'within_tolerance'
            when qty = trunc(qty) and apart < for_each then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(new_rate) || ' for each ' || plain(for_each) || ' of ' || plain(entitled_qty)
            as expected,
        plain(qty) as actual,
        symbol as unit,
        [activity_id] as evidence
    from compared

)

select * from verdicts
