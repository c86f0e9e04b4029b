-- title:    A split changed the cost of what is held
-- severity: S2
-- scope:    account
-- reads:    activities_to_date, corporate_action_groups
-- params:   none
--
-- A split moves the cost from the old shares to the new ones and changes nothing of it. The
-- price of the old shares is exact, the price of the new ones follows from it and is rounded to
-- as many digits as are printed. So the cost may differ by the new quantity times half a unit of
-- the last printed digit (half-ulp law), summed over what is added: within tolerance. A price of
-- zero was not rounded and adds nothing to that. Trailing zeros are not printed, so the bound is
-- at times too wide, never too narrow. Who is given whole shares has no cost of the fraction left,
-- which comes in cash: there the price of a share follows the printed rates, or, in a reverse split
-- without rates, the cost differs by less than one new share (law of whole shares).
-- `not_evaluated`: a leg or a price is missing. A break clears when the legs are booked anew.
with

costs as (

    select
        account_id,
        group_key,
        count(price) = count(*) as is_priced,
        sum(abs(qty) * price) filter (where ca_leg = 'REMOVE') as removed,
        sum(abs(qty) * price) filter (where ca_leg = 'ADD') as added,
        sum(if(price = 0, 0, abs(qty) * half_digit(price_dp))) filter (where ca_leg = 'ADD')
            as rounded_by,
        min(price) filter (where ca_leg = 'REMOVE') as old_price,
        max(price) filter (where ca_leg = 'ADD') as new_price,
        max(half_digit(price_dp)) filter (where ca_leg = 'ADD') as half_of_digit,
        bool_and(qty = trunc(qty)) filter (where ca_leg = 'ADD') as is_whole
    from activities_to_date
    where entry_type = 'SPLIT' and is_booked and in_books
    group by account_id, group_key

),

splits as (

    select
        splits.* exclude (removed, added),
        coalesce(splits.sub_type, 'SPLIT') as kind,
        if(costs.is_priced, costs.removed, null) as removed,
        if(costs.is_priced, costs.added, null) as added,
        costs.* exclude (account_id, group_key, is_priced, removed, added),
        coalesce(
            try(abs(new_price * new_rate - old_price * old_rate) <= half_of_digit * new_rate),
            abs(splits.added) < abs(splits.removed) and abs(costs.added - costs.removed) < new_price
        ) as fits_whole_shares
    from corporate_action_groups as splits
    inner join costs
        on costs.account_id = splits.account_id
        and costs.group_key = splits.group_key
    where splits.entry_type = 'SPLIT' and splits.legs_of = 'books'

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', kind, 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        case
            when removed is null or added is null then 'not_evaluated'
            when added = removed then 'pass'
            when abs(added - removed) <= rounded_by then 'within_tolerance'
            when is_whole and fits_whole_shares and kind <> 'USPLIT' then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(removed) as expected,
        plain(added) as actual,
        (added - removed)::decimal(38, 9) as difference,
        'USD' as unit,
        evidence
    from splits

)

select * from verdicts
