-- title:    A split lacks a leg
-- severity: S1
-- scope:    account
-- reads:    corporate_action_groups, calendar
-- params:   none
--
-- A split takes the old shares away (REMOVE) and gives the new ones (ADD), each by an event of
-- its own; they have been minutes apart and on both sides of midnight. Until both are there the
-- account holds nothing, or too much. A leg that has not come by the next settlement day after
-- the last one is a break; before, it is pending. A unit split adds one or two symbols.
-- Where the text says that no new shares come (To QTY:0) there is no ADD to wait for. Legs from
-- before the opening of the books count too, so all that is archived is looked at.
-- Clears when the leg comes, or all are canceled.
with

splits as (

    select
        corporate_action_groups.*,
        coalesce(sub_type, 'SPLIT') as kind,
        coalesce(new_qty = 0, false) as adds_nothing,
        calendar.next_settlement as due_date
    from corporate_action_groups
    left join calendar on calendar.date = corporate_action_groups.last_date
    where entry_type = 'SPLIT' and legs_of = 'archive'

),

verdicts as (

    select
        account_id,
        symbol,
        action_subject(
            account_id, symbol, group_key,
            concat_ws(' ', kind, 'of', symbol, first_date::varchar, group_id)
        ) as subject,
        if(remove_legs > 0 and (add_legs > 0 or adds_nothing), 'pass', 'break') as verdict,
        if(adds_nothing, 'REMOVE', 'ADD and REMOVE') as expected,
        coalesce(array_to_string(kinds_of_legs, ' and '), 'none') as actual,
        'legs' as unit,
        due_date,
        evidence
    from splits

)

select * from verdicts
