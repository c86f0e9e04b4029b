-- title:    The two legs of a name change do not mirror each other
-- severity: S1
-- scope:    account
-- reads:    activities_to_date, corporate_action_groups, calendar
-- params:   none
--
-- A name change removes a position and adds the same quantity at the same price under the new
-- symbol or CUSIP; the legs come in any order. A leg that has not come by the next settlement day
-- after the last one is a break; before, it is pending. The added symbol must be the one that the
-- text names. A change of symbol alone (SNC) keeps the CUSIP. A change of CUSIP (CNC, SCNC) should
-- show two, but the broker's samples show the same one on both legs: that is within tolerance
-- (law of the documented samples). Legs from before the opening of the books count, too.
-- `not_evaluated`: a price or a CUSIP is missing on legs that else agree.
-- Clears when the leg comes, or the legs are booked anew.
with

printed_terms as (

    select
        account_id,
        group_key,
        max(target_symbol) as target_symbol,
        count(price) = count(*) as has_prices,
        min(price) = max(price) as is_one_price,
        min(price) filter (where ca_leg = 'REMOVE') as old_price,
        min(price) filter (where ca_leg = 'ADD') as new_price,
        count(cusip) = count(*) as has_cusips,
        min(cusip) = max(cusip) as is_one_cusip
    from activities_to_date
    where entry_type = 'NC' and is_booked
    group by account_id, group_key

),

pairs as (

    select
        pairs.*,
        coalesce(pairs.sub_type, 'NC') as kind,
        printed_terms.* exclude (account_id, group_key),
        pairs.removed is null or pairs.added is null as lacks_leg,
        if(lacks_leg, calendar.next_settlement, null) as due_date
    from corporate_action_groups as pairs
    inner join printed_terms
        on printed_terms.account_id = pairs.account_id
        and printed_terms.group_key = pairs.group_key
    left join calendar on calendar.date = pairs.last_date
    where pairs.entry_type = 'NC' and pairs.legs_of = 'archive'

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
            when lacks_leg or removed + added <> 0 then 'break'
            when not is_one_price or new_symbol <> target_symbol then 'break'
            when not has_prices or not has_cusips then 'not_evaluated'
            when kind = 'SNC' and not is_one_cusip then 'break'
            when kind in ('CNC', 'SCNC') and is_one_cusip then 'within_tolerance'
            else 'pass'
        end as verdict,
        concat_ws(' ', plain(-removed), target_symbol, 'at ' || plain(old_price)) as expected,
        coalesce(nullif(concat_ws(' ', plain(added), new_symbol, 'at ' || plain(new_price)), ''),
            'none') as actual,
        (added + removed)::decimal(38, 9) as difference,
        symbol as unit,
        due_date,
        evidence
    from pairs

)

select * from verdicts
