-- title: The fees on purchases and sales (ORF, OCC, CAT) of each day, where it is known that they are charged
-- scope: all
-- reads: day_fees, activities_to_date, executions_to_date
-- columns:
--   is_in_use: whether any account was charged that fee for that day
--   verdict: that of the fee's rule
--
-- The rows of `day_fees` of the three fees that a broker may also bear itself, or take within an
-- execution's amount: that one was not charged means something only where another account was
-- charged it for that day. A fee that names an option's execution and has no sub type may be the
-- OCC fee of that execution, so that the absence of another means nothing.
with

in_use as (

    select distinct fee, day
    from day_fees
    where amount is not null

),

unnamed as (

    select distinct fees.account_id, executions.trade_date as day
    from activities_to_date as fees
    inner join executions_to_date as executions
        on executions.execution_id = fees.parent_id and executions.account_id = fees.account_id
    where fees.entry_type = 'FEE' and fees.entry_sub_type is null and fees.is_booked

),

known as (

    select
        day_fees.*,
        in_use.day is not null as is_in_use,
        case
            when amount is not null or verdict not in ('pending', 'break') then null
            when in_use.day is null then 'no account was charged it for that day'
            when day_fees.fee = 'OCC' and unnamed.day is not null
            then 'a fee without a sub type names an execution of that day'
        end as doubt
    from day_fees
    left join in_use on in_use.fee = day_fees.fee and in_use.day = day_fees.day
    left join unnamed on unnamed.account_id = day_fees.account_id and unnamed.day = day_fees.day
    where day_fees.fee in ('ORF', 'OCC', 'CAT')

)

select
    * exclude (doubt) replace (
        if(doubt is null, verdict, 'not_evaluated') as verdict,
        if(doubt is null, actual, actual || ': ' || doubt) as actual
    )
from known
