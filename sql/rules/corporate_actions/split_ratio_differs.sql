-- title:    A split has other quantities than its text, its rates or than the other accounts
-- severity: S1
-- scope:    symbol
-- reads:    activities_to_date, corporate_action_groups
-- params:   none
--
-- The legs must have the quantities that their texts print (From QTY, To QTY), with opposite
-- signs; of a unit split only the removal is compared, since it adds two symbols. Where the broker
-- prints the rates (so many new for so many old, and for a unit split of each new symbol), what is
-- added of each symbol must be the removed quantity in that proportion. And a split has
-- one ratio: that of the account that had most, where more than half agree with it, else of the
-- next in size (of the ten largest; if none has a majority, the largest). The broker cuts a new
-- quantity at nine digits, so each is less than 1e-9 from the exact one; multiplied crosswise,
-- new * old of the other may differ by 1e-9 * (old + old of the other), once for each symbol
-- added: within tolerance (law ULPq). Where no account of the split was given a fraction, the
-- fractions may come in cash weeks later: then less than one share apart is within tolerance (law
-- of whole shares). An account alone is only compared with its text and its rates.
-- `not_evaluated`: a leg or a text is missing, or two unit splits cannot be told apart.
-- A break clears when the legs are booked anew.
with

legs as (

    select * from activities_to_date where entry_type = 'SPLIT' and is_booked and in_books

),

printed_terms as (

    select
        account_id,
        group_key,
        count(old_qty) = count(*) and count(new_qty) = count(*) as has_text,
        min(old_qty) as least_old,
        max(old_qty) as most_old,
        min(new_qty) as least_new,
        max(new_qty) as most_new,
        max(old_rate) as old_rate,
        max(exchange_rate) as new_rate
    from legs
    group by account_id, group_key

),

splits as (

    select
        splits.* exclude (removed, added, old_rate, new_rate),
        coalesce(splits.sub_type, 'SPLIT') as kind,
        if(splits.removed_symbols = 1, splits.removed, null) as removed,
        coalesce(splits.added, if(splits.new_qty = 0, 0, null)) as added,
        splits.add_legs * 0.000000001 as cut,
        printed_terms.* exclude (account_id, group_key)
    from corporate_action_groups as splits
    inner join printed_terms
        on printed_terms.account_id = splits.account_id
        and printed_terms.group_key = splits.group_key
    where splits.entry_type = 'SPLIT' and splits.legs_of = 'books'

),

units as (

    select
        account_id,
        group_key,
        symbol,
        abs(sum(qty))::decimal(38, 9) as qty,
        max(exchange_rate) as rate
    from legs
    where entry_sub_type = 'USPLIT' and ca_leg = 'ADD'
    group by account_id, group_key, symbol

),

unit_rates as (

    select
        splits.account_id,
        splits.group_key,
        sum(units.rate)::decimal(38, 9) as new_rate,
        sum(try(abs(units.qty * old_rate - abs(removed)::decimal(38, 9) * units.rate))) as off_rate
    from splits
    inner join units
        on units.account_id = splits.account_id
        and units.group_key = splits.group_key
    group by splits.account_id, splits.group_key
    having count(*) = count(units.rate)

),

rates as (

    select
        splits.* replace (
            if(kind = 'USPLIT', unit_rates.new_rate, splits.new_rate) as new_rate
        ),
        if(
            kind = 'USPLIT',
            unit_rates.off_rate,
            try(abs(
                abs(added)::decimal(38, 9) * old_rate
                - abs(removed)::decimal(38, 9) * splits.new_rate
            ))
        ) as off_rate
    from splits
    left join unit_rates
        on unit_rates.account_id = splits.account_id
        and unit_rates.group_key = splits.group_key

),

quantities as (

    select
        *,
        concat_ws(' ', kind, 'of', symbol, first_date::varchar) as split,
        abs(removed)::decimal(38, 9) as old,
        abs(added)::decimal(38, 9) as new,
        case when has_text and removed is not null and added is not null then
            sign(removed) * sign(added) <= 0
            and abs(removed) = least_old and abs(removed) = most_old
            and (kind = 'USPLIT' or (abs(added) = least_new and abs(added) = most_new))
        end as agrees,
        coalesce(bool_and(added = trunc(added)) over (
            partition by symbol, kind, first_date
        ), false) as whole_shares,
        count(sign(removed) * sign(added)) over (partition by symbol, kind, first_date) as accounts,
        off_rate <= cut * old_rate or (whole_shares and off_rate < old_rate) as fits_rates
    from rates

),

largest_accounts as (

    select split, group_key, old, new, accounts
    from quantities
    where agrees and coalesce(fits_rates, true)
    qualify row_number() over (partition by split order by old desc, group_key) <= 10

),

ratios as (

    select own.split, own.old, own.new
    from largest_accounts as own
    inner join quantities as other
        on other.split = own.split
        and coalesce(try(abs(other.new * own.old - own.new * other.old))
        <= (other.old + own.old) * other.cut, false)
    group by own.split, own.group_key, own.old, own.new, own.accounts
    qualify row_number() over (
        partition by own.split
        order by 2 * count(*) > own.accounts desc, own.old desc, own.group_key
    ) = 1

),

differences as (

    select
        quantities.*,
        ratios.old as other_old,
        ratios.new as other_new,
        try(abs(quantities.new * ratios.old - ratios.new * quantities.old)) as apart,
        ratios.old is not null and quantities.new is not null and quantities.old is not null
        and apart is null as is_beyond,
        (quantities.old + ratios.old) * quantities.cut as bound
    from quantities
    left join ratios on ratios.split = quantities.split

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(account_id, symbol, group_key, concat_ws(' ', split, group_id)) as subject,
        case
            when not agrees or not fits_rates or is_beyond then 'break'
            when apart > bound and not (whole_shares and apart < greatest(old, other_old))
                then 'break'
            when agrees is null and fits_rates is null then 'not_evaluated'
            when coalesce(apart, 0) = 0 and coalesce(2 * off_rate <= cut * old_rate, true)
                then 'pass'
            else 'within_tolerance'
        end as verdict,
        case
            when not fits_rates or agrees is null and fits_rates
                then plain(new_rate) || ' for each ' || plain(old_rate)
            when agrees then plain(other_new) || ' for ' || plain(other_old)
            else plain(most_new) || ' for ' || plain(most_old)
        end as expected,
        plain(new) || ' for ' || plain(old) as actual,
        symbol as unit,
        evidence
    from differences

)

select * from verdicts
