-- title:    A contract swap or a reorganisation for shares does not conserve cost
-- severity: S3
-- scope:    account
-- reads:    movements
-- params:   none
--
-- What leaves at its printed price comes back at another: cost is the same, but for the rounding of
-- the added price at its last printed digit, half of which times the added quantity is allowed, and
-- half a cent for each printed amount. Splits, mergers, name changes and spin-offs have rules of
-- their own. `not_evaluated`: a leg without a price. Clears when the legs are booked anew.
with

legs as (

    select *
    from movements
    where qty <> 0
        and (starts_with(contra, 'SUSP:OPCA:')
            or (starts_with(contra, 'SUSP:CA:') and entry_sub_type = 'REOS'))

),

actions as (

    select
        account_id,
        contra,
        min(symbol) filter (where ca_leg = 'REMOVE') as symbol,
        sum(stated_cost) as residue,
        sum(abs(stated_cost)) filter (where ca_leg = 'REMOVE') as removed,
        sum(abs(stated_cost)) filter (where ca_leg <> 'REMOVE') as added,
        sum(if(ca_leg = 'REMOVE', 0, abs(qty) * multiplier * half_digit(price_dp))
            + if(net_amount <> 0, 0.005, 0)) + 0.000000001 as allowed,
        bool_and(coalesce(price, 0) <> 0) as is_priced,
        list(distinct event_id order by event_id) as evidence
    from legs
    group by account_id, contra
    having count(*) filter (where ca_leg = 'REMOVE') > 0
        and count(*) filter (where ca_leg <> 'REMOVE') > 0

),

verdicts as (

    select
        account_id,
        symbol,
        'cost of ' || contra as subject,
        case
            when not is_priced then 'not_evaluated'
            when residue = 0 then 'pass'
            when abs(residue) <= allowed then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(removed) as expected,
        plain(added) as actual,
        residue::decimal(38, 9) as difference,
        'cost' as unit,
        evidence
    from actions

)

select * from verdicts
