-- title:    An activity has shares where its type has cash alone, or cash where it has shares alone
-- severity: S3
-- scope:    account
-- reads:    activity_terms
-- params:   none
--
-- Most types move one thing: a fee, a dividend or a deposit cash and no shares, a split, a name
-- change or a journal of shares no cash; the legs of a merger have one or the other. The books
-- take what the type moves and leave the rest, so what is printed beside it is lost, or the type is
-- wrong. data/activity_types.csv says the shape of each type; documented exceptions have none: the
-- base of a commission (NRC), units of a sweep, contract swaps, option trades, matured bonds.
-- Clears when the activity is reversed, canceled or sent again right.
with

verdicts as (

    select
        account_id,
        symbol,
        'activity ' || activity_id as subject,
        case
            when qty <> 0 and (shape = 'cash' or shape = 'either' and net_amount <> 0) then 'break'
            when net_amount <> 0 and shape = 'shares' then 'break'
            else 'pass'
        end as verdict,
        type || ' ' || if(shape = 'either', 'shares or cash', shape || ' alone') as expected,
        plain(qty) || ' shares and ' || plain(net_amount) as actual,
        [activity_id] as evidence
    from activity_terms
    where shape <> 'any'

)

select * from verdicts
