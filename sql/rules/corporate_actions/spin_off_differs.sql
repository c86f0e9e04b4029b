-- title:    A spin-off gave other shares than its rate times the source's shares
-- severity: S1
-- reads:    activities, calendar
-- params:   system_date
--
-- A spin-off adds shares of a new company: the quantity of the source times the rate of the text,
-- rounded to nine digits; one unit of the ninth digit either way is within tolerance (law ULPq).
-- The quantity of the source is printed only on the two cost legs (REMOVE and ADD of the source),
-- which move no shares on the whole. They come hours or days later or not at all: without them
-- the quantity is pending until the next settlement day, then `not_evaluated`, never a break.
-- A break: another quantity, a cost leg without its twin, or cost legs and no new shares by then.
-- A lone ADD whose text is not readable may be either kind of leg: `not_evaluated`.
-- All that is archived is read, since a leg may lie before the opening of the books.
-- Clears when the leg comes or the shares are booked anew.
with

legs as (

    select
        *,
        coalesce(symbol = source_symbol, false) as is_source,
        activity_id in (select activity_id from activities) as in_books
    from events.activities
    where entry_type = 'SPIN'
        and status in ('executed', 'correct')
        and system_date <= $system_date::date

),

sources as (

    select
        account_id, group_key, group_id,
        min(source_symbol) as source,
        min(system_date) as first_date,
        max(system_date) as last_date,
        coalesce(bool_or(is_source), false) as has_source,
        coalesce(bool_or(is_source and leg = 'REMOVE'), false) as has_removal,
        sum(qty) filter (where is_source) as remainder,
        case when min(qty) filter (where is_source and leg = 'REMOVE')
        = max(qty) filter (where is_source and leg = 'REMOVE')
        then -min(qty) filter (where is_source and leg = 'REMOVE') end as source_qty,
        list(activity_id order by activity_id) filter (where is_source) as evidence
    from legs
    group by account_id, group_key, group_id
    having bool_or(in_books)

),

