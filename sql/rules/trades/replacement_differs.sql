-- title:    An order and its replacement do not name each other
-- severity: S3
-- scope:    account
-- reads:    order_events_to_date, calendar
-- params:   none
--
-- A changed order is a new one: the old names it in `replaced_by`, and it names the old in `replaces`.
-- The two are of one account, security and side, the new one is no older but for five seconds between
-- clocks, and both are for a quantity or both for money; else an event was lost or tells of another order. How much the new one is for is
-- the customer's to say, so the amounts are not compared, and what each fills is judged of each alone.
-- An order that leads back to itself within ten replacements is a circle, which cannot be.
-- The other order may be reported later: pending until the next session, then a break. Of a symbol
-- that changed in between the asset stays; one of the two must agree.
-- `not_evaluated`: the order that was replaced is not in the archive, since it may be older.
-- Clears when the missing event is received, or both name each other.
with

orders as (

    select
        account_id,
        order_id,
        min(symbol) as symbol,
        last(asset_id order by happened_at, receipt_order) as asset_id,
        last(side order by happened_at, receipt_order) as side,
        last(replaces order by happened_at, receipt_order) filter (where replaces is not null)
            as replaces,
        last(replaced_by order by happened_at, receipt_order) filter (where replaced_by is not null)
            as replaced_by,
        min(order_created_at) as created_at,
        bool_or(qty is not null) as has_qty,
        bool_or(notional is not null) as has_notional,
        max(system_date) as last_date,
        bool_or(in_books) as in_books,
        last(event_id order by happened_at, receipt_order) as event_id
    from order_events_to_date
    group by account_id, order_id

),

links as (

    select *, replaced_by as other_id, true as is_forward from orders where replaced_by is not null
    union all by name
    select *, replaces as other_id, false as is_forward from orders where replaces is not null

),

chains as (

    with recursive steps as (
        select account_id, order_id as first_id, replaced_by as next_id, 1 as number
        from orders
        where replaced_by is not null
        union all
        select steps.account_id, steps.first_id, orders.replaced_by, steps.number + 1
        from steps
        inner join orders
            on orders.account_id = steps.account_id and orders.order_id = steps.next_id
        where orders.replaced_by is not null and steps.next_id <> steps.first_id
            and steps.number < 10
    )

    select distinct account_id, first_id as order_id from steps where next_id = first_id

),

judged_links as (

    select
        links.*,
        other.event_id as other_event,
        calendar.next_session as due_date,
        case
            when links.other_id = links.order_id then 'itself'
            when chains.order_id is not null then 'a circle'
            when other.order_id is null then 'no such order'
            when if(links.is_forward, other.replaces, other.replaced_by)
                is distinct from links.order_id
            then coalesce(if(links.is_forward, other.replaces, other.replaced_by), 'no order')
            when other.side <> links.side then 'an order to ' || other.side
            when other.symbol <> links.symbol and coalesce(other.asset_id <> links.asset_id, true)
            then 'an order of ' || other.symbol
            when if(links.is_forward, links.created_at, other.created_at)
                > if(links.is_forward, other.created_at, links.created_at) + interval 5 seconds
            then 'an older order'
            when (links.has_qty and other.has_notional and not other.has_qty)
                or (links.has_notional and other.has_qty and not links.has_qty)
            then 'an order for a quantity and one for money'
        end as fault
    from links
    left join orders as other
        on other.account_id = links.account_id and other.order_id = links.other_id
    left join chains
        on chains.account_id = links.account_id and chains.order_id = links.order_id
    left join calendar
        on calendar.date = greatest(links.last_date, other.last_date)
    where links.in_books or other.in_books

),

verdicts as (

    select
        account_id,
        symbol,
        'order ' || order_id || if(is_forward, ' replaced by ', ' replacing ') || other_id
            as subject,
        case
            when fault is null then 'pass'
            when fault = 'no such order' and not is_forward then 'not_evaluated'
            else 'break'
        end as verdict,
        order_id as expected,
        coalesce(fault, order_id) as actual,
        due_date,
        list_filter([event_id, nullif(other_event, event_id)], lambda id: id is not null) as evidence
    from judged_links

)

select * from verdicts
