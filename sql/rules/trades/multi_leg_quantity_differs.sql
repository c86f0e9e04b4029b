-- title:    A leg of a multi-leg fill has another quantity than the order gives it
-- severity: S1
-- scope:    account
-- reads:    order_events
-- params:   none
--
-- A multi-leg order is filled in units: each brings its legs in the ratio of the order. So a leg's
-- quantity in a fill is the fill's quantity times the leg's `ratio_qty`, or, where the order prints
-- none, times the leg's share of the order: the leg's quantity over that of the order. Compared
-- multiplied out, so that nothing is divided. A leg of another quantity is contracts that were not
-- ordered, or a number misread; the books take it as it is printed.
-- What a leg has in one event is summed. `not_evaluated`: the event does not say the quantity of
-- the fill, of the leg, or what the order gives it. A leg that is missing altogether is named by
-- trades/multi_leg_incomplete.
-- Clears when the fill is received again with the right quantity.
with

fills as (

    select account_id, event_id, fill_qty, qty as order_qty, legs, order_legs
    from order_events
    where order_class = 'mleg'
        and event in ('fill', 'partial_fill')
        and json_array_length(legs) > 0

),

filled_legs as (

    select
        account_id,
        event_id,
        fill_qty,
        order_qty,
        leg.order_id as order_id,
        min(leg.symbol) as symbol,
        case when count(exact_decimal(leg.qty)) = count(*) then sum(exact_decimal(leg.qty)) end
            as qty
    from (
        select
            *,
            unnest(from_json(legs, '[{"order_id": "VARCHAR", "symbol": "VARCHAR",
                "qty": "VARCHAR"}]')) as leg
        from fills
    ) as each_leg
    group by account_id, event_id, fill_qty, order_qty, leg.order_id

),

ordered_legs as (

    select
        event_id,
        leg.id as order_id,
        max(exact_decimal(leg.ratio_qty)) as ratio,
        max(exact_decimal(leg.qty)) as leg_qty
    from (
        select
            event_id,
            unnest(from_json(order_legs, '[{"id": "VARCHAR", "qty": "VARCHAR",
                "ratio_qty": "VARCHAR"}]')) as leg
        from fills
    ) as each_leg
    group by event_id, leg.id

),

compared as (

    select
        filled_legs.*,
        coalesce(ordered_legs.ratio, ordered_legs.leg_qty) as of_leg,
        if(ordered_legs.ratio is not null, 1, filled_legs.order_qty) as of_order
    from filled_legs
    left join ordered_legs
        on ordered_legs.event_id = filled_legs.event_id
        and ordered_legs.order_id = filled_legs.order_id

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'leg', order_id, 'of multi-leg fill', event_id) as subject,
        case
            when qty is null or fill_qty is null or of_leg is null or coalesce(of_order, 0) = 0
            then 'not_evaluated'
            when coalesce(try(abs(qty) * of_order = abs(fill_qty) * of_leg), false) then 'pass'
            else 'break'
        end as verdict,
        plain(of_leg) || ' for ' || plain(of_order) as expected,
        plain(qty) || ' for ' || plain(fill_qty) as actual,
        'contracts' as unit,
        [event_id] as evidence
    from compared

)

select * from verdicts
