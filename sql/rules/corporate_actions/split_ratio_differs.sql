-- title:    A split has other quantities than its text, its rates or than the other accounts
-- severity: S1
-- scope:    account
-- reads:    activities
-- params:   system_date
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

splits as (

    select
        account_id,
        coalesce(min(source_symbol) filter (where ca_leg = 'REMOVE'), min(source_symbol)) as symbol,
        coalesce(max(entry_sub_type), 'SPLIT') as kind,
        group_key,
        min(group_id) as group_id,
        min(system_date) as first_date,
        case when count(distinct symbol) filter (where ca_leg = 'REMOVE') = 1
        then sum(qty) filter (where ca_leg = 'REMOVE') end as removed,
        coalesce(sum(qty) filter (where ca_leg = 'ADD'), case when max(new_qty) = 0 then 0 end)
            as added,
        count(*) filter (where ca_leg = 'ADD') * 0.000000001 as cut,
        count(old_qty) = count(*) and count(new_qty) = count(*) as has_text,
        min(old_qty) as least_old,
        max(old_qty) as most_old,
        min(new_qty) as least_new,
        max(new_qty) as most_new,
        max(old_rate) as old_rate,
        max(exchange_rate) as new_rate,
        list(activity_id order by activity_id) as evidence
    from activities
    where entry_type = 'SPLIT'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date
    group by account_id, group_key

),

units as (

    select
        group_key,
        symbol,
        abs(sum(qty))::decimal(38, 9) as qty,
        max(exchange_rate) as rate
    from activities
    where entry_type = 'SPLIT'
        and entry_sub_type = 'USPLIT'
        and ca_leg = 'ADD'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date
    group by group_key, symbol

),

of_units as (

    select
        splits.group_key,
        sum(units.rate)::decimal(38, 9) as new_rate,
        sum(try(abs(units.qty * old_rate - abs(removed)::decimal(38, 9) * units.rate))) as off_rate
    from splits
    inner join units on units.group_key = splits.group_key
    group by splits.group_key
    having count(*) = count(units.rate)

),

rated as (

    select
        splits.* replace (
            if(kind = 'USPLIT', of_units.new_rate, splits.new_rate) as new_rate
        ),
        if(
            kind = 'USPLIT',
            of_units.off_rate,
            try(abs(
                abs(added)::decimal(38, 9) * old_rate
                - abs(removed)::decimal(38, 9) * splits.new_rate
            ))
        ) as off_rate
    from splits
    left join of_units on of_units.group_key = splits.group_key

),

measured as (

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
        count(removed * added) over (partition by symbol, kind, first_date) as accounts,
        off_rate <= cut * old_rate or (whole_shares and off_rate < old_rate) as fits_rates
    from rated

),

candidates as (

    select split, group_key, old, new, accounts
    from measured
    where agrees and coalesce(fits_rates, true)
    qualify row_number() over (partition by split order by old desc, group_key) <= 10

),

reference as (

    select candidates.split, candidates.old, candidates.new
    from candidates
    inner join measured
        on measured.split = candidates.split
        and abs(measured.new * candidates.old - candidates.new * measured.old)
        <= (measured.old + candidates.old) * measured.cut
    group by
        candidates.split, candidates.group_key, candidates.old, candidates.new, candidates.accounts
    qualify row_number() over (
        partition by candidates.split
        order by 2 * count(*) > candidates.accounts desc, candidates.old desc, candidates.group_key
    ) = 1

),

compared as (

    select
        measured.*,
        reference.old as other_old,
        reference.new as other_new,
        abs(measured.new * reference.old - reference.new * measured.old) as apart,
        (measured.old + reference.old) * measured.cut as bound
    from measured
    left join reference on reference.split = measured.split

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(account_id, symbol, group_key, concat_ws(' ', split, group_id)) as subject,
        case
            when not agrees or not fits_rates then 'break'
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
        null::decimal(38, 9) as difference,
        symbol as unit,
        null::date as due_date,
        evidence
    from compared

)

select * from verdicts
