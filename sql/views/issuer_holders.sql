-- title: Who each dividend and corporate action of an issuer reached, and who held the security
-- scope: symbol
-- reads: issuer_legs, books_after, calendar, earlier_positions, postings
-- columns:
--   area: income or corporate action
--   kind: what it is: CDIV, SDIV, ROC or CGD; SPLIT, MA, NC, SPIN or VDST
--   action_date: the earliest of its payable dates, or system dates of a corporate action
--   is_reached: whether the account has a leg of it that is not reversed
--   held: what the account held when it counted, null if it held nothing then [units of the symbol]
--   is_known: whether the books know what it held then
--   first_date: the system date of the first leg of any account
--   first_leg: that leg
--   last_date: the system date of the account's own last leg
--   new_rate: the new shares for `old_rate` old ones [units of the new symbol]
--   own_legs: the account's legs that are booked after the books begin
--
-- One row for each action and account that it reached or that held the security when it counted.
-- With settlement on the next day an income is paid on what was held at the close before the record
-- date; the broker prints other position dates at times. So the assumption is: who held at that close
-- and at the one of the record date, both times long or both times short, is to have a leg; who held
-- at one only is not shown. A split, merger or name change takes what was held at the close before
-- its first leg; for a spin-off or rights all three closes count.
-- A close from before the books begin is looked up in the closings. Where there is none, or no record
-- date is printed, the position nearest to it stands for it and is not known.
-- An action whose first leg lies before the books begin reached others then who are not seen: of it
-- only the accounts with a leg since are shown.
with

actions as (

    select
        any_value(area) as area, kind, symbol, action_date,
        action_date - any_value(near_days) as near_from,
        max(key_date) + any_value(near_days) as near_until,
        min(system_date) as first_date,
        max(record_date) as record_date,
        kind in ('SPLIT', 'MA', 'NC') as takes_all,
        takes_all or max(record_date) is not null as is_dated,
        max(rate) as rate,
        max(new_rate) as new_rate,
        max(old_rate) as old_rate,
        first(activity_id order by system_date, activity_id) as first_leg
    from issuer_legs
    where forms_action
    group by kind, symbol, action_date

),

reached as (

    select
        actions.kind, actions.symbol, actions.action_date, legs.account_id,
        count(*) filter (where legs.is_booked) as legs,
        sum(legs.amount) filter (where legs.is_booked) as amount,
        max(legs.system_date) as last_date,
        list(legs.activity_id order by legs.activity_id)
            filter (where legs.is_booked and legs.system_date > books_after.system_date)
            as own_legs
    from actions
    cross join books_after
    inner join issuer_legs as legs
        on legs.area = actions.area
        and legs.symbol = actions.symbol
        and (legs.kind = actions.kind or legs.kind = 'SPD')
        and legs.key_date between actions.near_from and actions.near_until
    group by actions.kind, actions.symbol, actions.action_date, legs.account_id

),

closes as (

    select kind, symbol, action_date, is_dated, first_date - 1 as latest, 1 as sessions
    from actions
    where area = 'corporate action'
    union all
    select kind, symbol, action_date, is_dated, coalesce(record_date, first_date - 1), 2
    from actions
    where not takes_all

),

sessions as (

    select closes.*, calendar.date
    from closes
    inner join calendar
        on calendar.is_session and calendar.date between closes.latest - 14 and closes.latest
    qualify row_number() over (
        partition by kind, symbol, action_date, latest, sessions order by calendar.date desc
    ) <= sessions

),

-- Which days' postings tell what was held at a close: those up to it, or to where the books begin.
asked as (

    select distinct
        sessions.symbol,
        sessions.date,
        stored.date is not null as is_stored,
        sessions.date < books_after.system_date as is_earlier,
        greatest(sessions.date, books_after.system_date) as booked_until
    from sessions
    cross join books_after
    left join (select distinct symbol, system_date as date from earlier_positions) as stored
        on stored.symbol = sessions.symbol and stored.date = sessions.date

),

positions as (

    select
        asked.symbol, asked.date, postings.account_id,
        sum(postings.amount)::decimal(38, 9) as qty,
        not any_value(asked.is_earlier) as is_known
    from asked
    inner join postings
        on postings.commodity = asked.symbol
        and postings.system_date <= asked.booked_until
        and regexp_matches(postings.ledger_account, '^[CF]:.*:POS$')
    where not (asked.is_earlier and asked.is_stored)
    group by asked.symbol, asked.date, postings.account_id
    union all
    select asked.symbol, asked.date, earlier.account_id, earlier.qty, true
    from asked
    inner join earlier_positions as earlier
        on earlier.symbol = asked.symbol and earlier.system_date = asked.date
    where asked.is_earlier

),

counted as (

    select kind, symbol, action_date, count(distinct date) as closes
    from sessions
    group by kind, symbol, action_date

),

holders as (

    select
        counted.kind, counted.symbol, counted.action_date, positions.account_id,
        (min(abs(positions.qty)) * any_value(sign(positions.qty)))::decimal(38, 9) as held,
        bool_and(positions.is_known and sessions.is_dated) as is_known
    from counted
    inner join sessions using (kind, symbol, action_date)
    inner join positions
        on positions.symbol = sessions.symbol
        and positions.date = sessions.date
        and positions.qty <> 0
    group by
        counted.kind, counted.symbol, counted.action_date, counted.closes, positions.account_id
    having count(distinct sign(positions.qty)) = 1
        and count(distinct positions.date) = counted.closes

),

joined as (

    select
        kind, symbol, action_date, account_id,
        coalesce(reached.legs, 0) > 0
        and not (reached.legs > 1 and coalesce(reached.amount, 1) = 0) as is_reached,
        holders.held, holders.is_known, reached.last_date,
        coalesce(reached.own_legs, []) as own_legs
    from reached
    full join holders using (kind, symbol, action_date, account_id)

)

select
    actions.area, kind, symbol, action_date, joined.account_id,
    joined.is_reached, joined.held, joined.is_known,
    actions.first_date, actions.first_leg, joined.last_date,
    actions.rate, actions.new_rate, actions.old_rate, joined.own_legs
from actions
inner join joined using (kind, symbol, action_date)
cross join books_after
semi join (select kind, symbol, action_date from joined where is_reached) as standing
    using (kind, symbol, action_date)
where (joined.is_reached or joined.held is not null)
    and (actions.first_date > books_after.system_date or len(joined.own_legs) > 0)
