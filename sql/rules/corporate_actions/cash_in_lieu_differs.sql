-- title:    Cash in lieu of a fraction of a share is missing or not the fraction times the price
-- severity: S2
-- scope:    symbol
-- reads:    activities_to_date, corporate_action_groups, calendar
-- params:   wait_days = 60
--
-- Who is given whole shares in a split and had a fraction more by its printed rates gets money for
-- the fraction (CIL), which the broker pays when the clearing house has sold them: days or weeks
-- later. Until the settlement day after `wait_days` it is pending, then a break. The fraction is
-- what the rates make of the removed shares, less what was added; whoever was given fractions, or
-- was rounded up, is owed nothing.
-- What is paid must be the fraction times the price that the payment prints, to half a cent; and
-- where no price is printed, as on every published schema, all accounts of one split have one price
-- for a share: that of the largest fraction with which more than half of the ten largest agree, else
-- of the largest, to half a cent on either side (law CENT). Checked crosswise, so that nothing is divided.
-- Assumed, as no sample is published: a payment is that of the split of its account and symbol, old
-- or new, and several of one split are parts of one amount.
-- `not_evaluated`: no price, and no other account to compare with; or a payment whose fraction is
-- not known, where it prints none. All that is archived is read. Clears when the rest is booked.
with

payments as (

    select
        account_id,
        symbol,
        min(system_date) as first_date,
        sum(net_amount)::decimal(38, 9) as paid,
        max(coalesce(per_share_amount, rate, nullif(price, 0)))::decimal(38, 9) as price,
        max(coalesce(entitled_qty, nullif(abs(qty), 0)))::decimal(38, 9) as printed,
        list(activity_id order by activity_id) as evidence
    from activities_to_date
    where entry_type = 'CIL' and is_booked
    group by account_id, symbol

),

-- The fraction is `parts` divided by `old_rate`.
fractions as (

    select
        *,
        coalesce(sub_type, 'SPLIT') as kind,
        try((abs(removed) * new_rate)::decimal(38, 9)
        - (abs(coalesce(added, 0)) * old_rate)::decimal(38, 9)) as parts
    from corporate_action_groups
    where entry_type = 'SPLIT'
        and legs_of = 'archive'
        and sub_type is distinct from 'USPLIT'
        and removed_symbols = 1
        and (added = trunc(added) or (added is null and new_qty = 0))
        and parts > 0
        and parts < old_rate

),

owed as (

    select
        coalesce(fractions.account_id, payments.account_id) as account_id,
        coalesce(fractions.symbol, payments.symbol) as symbol,
        fractions.group_key,
        concat_ws(' ', 'cash in lieu', 'of ' || fractions.kind, 'of', coalesce(
            fractions.symbol, payments.symbol
        ), coalesce(fractions.first_date, payments.first_date)::varchar, fractions.group_id)
            as subject,
        fractions.first_date,
        coalesce(fractions.parts, payments.printed)::decimal(38, 9) as parts,
        if(fractions.parts is null, 1, fractions.old_rate)::decimal(38, 9) as for_each,
        payments.paid,
        payments.price,
        calendar.next_settlement as due_date,
        coalesce(payments.evidence, []) || coalesce(fractions.evidence, []) as evidence
    from fractions
    full join payments
        on payments.account_id = fractions.account_id
        and payments.symbol in (fractions.symbol, fractions.new_symbol)
        and payments.first_date >= fractions.first_date
    left join calendar on calendar.date = fractions.last_date + $wait_days::integer

),

largest as (

    select symbol, first_date, for_each, group_key, parts, paid
    from owed
    where paid is not null and first_date is not null
    qualify row_number() over (
        partition by symbol, first_date, for_each order by parts desc, group_key
    ) <= 10

),

prices as (

    select own.symbol, own.first_date, own.for_each, own.parts, own.paid
    from largest as own
    inner join largest as other
        on other.symbol = own.symbol
        and other.first_date = own.first_date
        and other.for_each = own.for_each
    group by own.symbol, own.first_date, own.for_each, own.group_key, own.parts, own.paid
    having count(*) > 1
    qualify row_number() over (
        partition by own.symbol, own.first_date, own.for_each
        order by
            2 * count(*) filter (where coalesce(try(
                abs(own.paid * other.parts - other.paid * own.parts)
                <= 0.005 * (own.parts + other.parts)
            ), false)) > count(*) desc,
            own.parts desc, own.group_key
    ) = 1

),

compared as (

    select
        owed.*,
        prices.parts as other_parts,
        prices.paid as other_paid,
        try(abs(owed.paid * owed.for_each - owed.parts * owed.price)) as off_price,
        try(abs(owed.paid * prices.parts - prices.paid * owed.parts)) as apart
    from owed
    left join prices
        on prices.symbol = owed.symbol
        and prices.first_date = owed.first_date
        and prices.for_each = owed.for_each

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(account_id, symbol, coalesce(group_key, account_id || ' CIL'), subject)
            as subject,
        case
            when paid is null then 'break'
            when off_price > 0.005 * for_each or apart > 0.005 * (parts + other_parts) then 'break'
            when off_price is null and apart is null then 'not_evaluated'
            when coalesce(off_price, 0) = 0 and coalesce(apart, 0) = 0 then 'pass'
            else 'within_tolerance'
        end as verdict,
        concat_ws(' ', plain(parts), '/ ' || nullif(plain(for_each), '1'), 'of a share', coalesce(
            'at ' || plain(price),
            'as ' || plain(other_paid) || ' for ' || plain(other_parts)
            || coalesce(' / ' || nullif(plain(for_each), '1'), '')
        )) as expected,
        plain(paid) as actual,
        'USD' as unit,
        if(paid is null, due_date, null) as due_date,
        evidence
    from compared

)

select * from verdicts
