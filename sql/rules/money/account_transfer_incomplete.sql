-- title:    A transfer from another broker lacks its quantity, price or amount
-- severity: S2
-- scope:    account
-- reads:    activities, calendar
-- params:   none
--
-- Securities that come from another broker (ACATS, or free of payment FOPT) bring their quantity
-- and what they cost, the price; cash (ACATC) brings its amount. Without a price the position has
-- no cost, and every later gain is wrong; without a quantity or an amount nothing came. Entries of
-- one transfer (`external_id`) and security belong together, parts and residues that come later
-- too; an older entry names no transfer and stands alone. What leaves needs no price.
-- Pending until the next settlement day after the last entry, then a break.
-- Clears when the entry is booked again with what it lacks, or the lacking one is canceled.
with

entries as (

    select
        account_id, symbol, system_date, activity_id,
        coalesce('transfer ' || external_id, 'activity ' || activity_id) as subject,
        entry_type = 'ACATC' as is_cash,
        case
            when entry_type = 'ACATC' then if(coalesce(net_amount, 0) = 0, 'amount', null)
            when symbol is null then 'symbol'
            when coalesce(qty, 0) = 0 then 'quantity'
            when qty > 0 and coalesce(price, 0) = 0 then 'price'
        end as lack
    from activities
    where entry_type in ('ACATC', 'ACATS', 'FOPT')
        and is_booked(status)

),

transfers as (

    select
        account_id, symbol, subject,
        count(lack) as lacking,
        string_agg(distinct lack, ', ' order by lack) as lacks,
        if(bool_and(is_cash), 'an amount', 'a quantity and a price') as expected,
        max(system_date) as last_date,
        list(activity_id order by activity_id) as evidence
    from entries
    group by account_id, symbol, subject

),

verdicts as (

    select
        account_id,
        symbol,
        subject,
        if(lacking = 0, 'pass', 'break') as verdict,
        expected,
        if(lacking = 0, expected, 'no ' || lacks) as actual,
        lacking::decimal(38, 9) as difference,
        'entries' as unit,
        calendar.next_settlement as due_date,
        evidence
    from transfers
    left join calendar on calendar.date = transfers.last_date

)

select * from verdicts
