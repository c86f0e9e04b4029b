-- title:    Rights or shares of a reorganisation are not what the printed rate gives
-- severity: S1
-- scope:    account
-- reads:    activities, corporate_action_groups
-- params:   none
--
-- The activity stream prints the quantity of the source and the rate beside what is added: rights
-- for each share that was held, or so many new shares for so many old ones of a reorganisation. The
-- added quantity must be the source in that proportion, rounded to nine digits; one unit of the
-- ninth digit either way is within tolerance (law ULPq). Who is given whole shares may get the
-- fraction in cash: less than one share apart is within tolerance, too (law of whole shares).
-- The source of a reorganisation is what its removal takes away, where that is there, since the
-- printed quantity may be wrong together with what follows from it. Checked crosswise, so that
-- nothing is divided.
-- `not_evaluated`: no rate or no quantity of the source, as on the older stream.
-- A break clears when the broker reverses the wrong quantity or books the rest.
with

legs as (

    select
        activities.* exclude (entitled_qty),
        coalesce(if(actions.removed_symbols = 1, -actions.removed, null), activities.entitled_qty)
            ::decimal(38, 9) as source_qty,
        if(activities.entry_type = 'VOF', activities.rate, activities.exchange_rate) as new_rate,
        if(activities.entry_type = 'VOF', 1, activities.old_rate)::decimal(38, 9) as for_each
    from activities
    left join corporate_action_groups as actions
        on actions.account_id = activities.account_id
        and actions.group_key = activities.group_key
        and actions.entry_type = 'REO'
        and actions.legs_of = 'books'
    where (activities.entry_type = 'REO'
        or (activities.entry_type = 'VOF' and activities.entry_sub_type = 'VDST'))
        and activities.ca_leg = 'ADD'
        and is_booked(activities.status)

),

compared as (

    select
        *,
        try(abs(qty * for_each - source_qty * new_rate)) as apart,
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
        plain(new_rate) || ' for each ' || plain(for_each) || ' of ' || plain(source_qty)
            as expected,
        plain(qty) as actual,
        symbol as unit,
        [activity_id] as evidence
    from compared

)

select * from verdicts
