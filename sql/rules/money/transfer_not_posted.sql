-- title:    A transfer and the deposits and withdrawals of its account do not agree
-- severity: S1
-- scope:    account
-- reads:    transfer_states, books_start, calendar, coverage, activities_to_date
-- params:   system_date, window = 3
--
-- A transfer that is complete has moved cash: a deposit (CSD) or a withdrawal (CSW) is booked in
-- its account, and no deposit or withdrawal comes without a transfer. The states of a transfer name
-- neither amount nor direction, and an older activity names no transfer. So the assumption is: each
-- complete transfer has one entry of its account, any that is not taken by another transfer, booked
-- between its first state and `window` settlement days after it was complete, or that many before.
-- An entry may also be of a transfer that is under way, if as near to its last state, or of a
-- return, which has a rule of its own. Two entries without a transfer that cancel each other are
-- one that was taken back.
-- Either side is pending until the next settlement day, then a break: the customer's cash and the
-- bank do not agree. Where neither stream of transfers is read nothing is looked at.
-- `not_evaluated`: a transfer that began before the books do, or an entry that is older than what
-- is read of transfers, or streams that have never told of one.
-- Clears when the missing side comes.
with recursive

days as (

    select date, next_settlement, sum(is_settlement::int) over (order by date) as number
    from calendar

),

transfers as (

    select
        transfer_id, account_id,
        min(system_date) as begun_on,
        min(system_date) filter (where status_to in ('COMPLETE', 'EXECUTED')) as completed_on,
        min(system_date) filter (where status_to = 'RETURNED') as returned_on,
        max(system_date) as reported_on,
        last(status_to order by step) in ('CANCELED', 'EXPIRED', 'REJECTED') as has_failed,
        last(event_id order by step) as event_id
    from transfer_states
    where kind = 'transfer'
        and system_date <= $system_date::date
        and exists (
            select 1 from coverage where stream in ('funding_status', 'transfer_status')
        )
    group by transfer_id, account_id

),

-- What may take an entry: a transfer that is complete, its return, one that is under way.
wanted as (

    select
        transfer_id, account_id, event_id, begun_on, completed_on,
        returned_on is null as is_judged,
        least(begun.number, done.number - $window::int) as first_day,
        done.number + $window::int as last_day
    from transfers
    inner join days as begun on begun.date = transfers.begun_on
    inner join days as done on done.date = transfers.completed_on
    union all
    select
        transfer_id, account_id, event_id, begun_on, completed_on, false,
        back.number - $window::int, back.number + $window::int
    from transfers
    inner join days as back on back.date = transfers.returned_on
    union all
    select
        transfer_id, account_id, event_id, begun_on, completed_on, false,
        begun.number, reported.number + $window::int
    from transfers
    inner join days as begun on begun.date = transfers.begun_on
    inner join days as reported on reported.date = transfers.reported_on
    where completed_on is null and not has_failed

),

entries as (

    select
        activities.activity_id, activities.account_id, activities.net_amount,
        activities.system_date, days.number as day
    from activities_to_date as activities
    inner join days on days.date = activities.system_date
    where activities.entry_type in ('CSD', 'CSW')
        and activities.status in ('executed', 'correct')
        and activities.net_amount <> 0
        and activities.system_date <= $system_date::date

),

queues as (

    select
        account_id,
        list({'day': day, 'activity_id': activity_id} order by day, activity_id) as queue
    from entries
    group by account_id

),

-- The entry of a transfer from before the books begin may lie before them too, or after. So entries
-- are given out twice. Whether a transfer has one is said where such a transfer comes last; whether
-- an entry is left over, where it comes in its turn. There is always one way in which both hold.
numbered as (

    select
        wanted.*,
        old_last,
        row_number() over (
            partition by account_id, old_last
            order by
                coalesce(old_last and is_judged and completed_on < transfers_since, false),
                last_day, completed_on, transfer_id
        ) as turn
    from wanted
    cross join books_start
    cross join (values (true), (false)) as ways (old_last)
    where last_day >= (
        select coalesce(max(days.number), 0) - $window::int
        from days inner join books_start on books_start.transfers_since = days.date
    )

),

-- One turn after the other: the transfer that is due first takes the first entry that fits.
taken as (

    select
        account_id, old_last, 0::bigint as turn, null::varchar as activity_id, queue as rest
    from queues
    cross join (values (true), (false)) as ways (old_last)
    union all
    select
        account_id, old_last, turn, activity_id,
        list_filter(rest, lambda entry: entry.activity_id is distinct from activity_id) as rest
    from (
        select
            numbered.account_id, numbered.old_last, numbered.turn, taken.rest,
            list_filter(
                taken.rest,
                lambda entry: entry.day between numbered.first_day and numbered.last_day
            )[1].activity_id as activity_id
        from taken
        inner join numbered
            on numbered.account_id = taken.account_id
            and numbered.old_last = taken.old_last
            and numbered.turn = taken.turn + 1
    )

),

given as (

    select
        numbered.*,
        taken.activity_id,
        first_value(taken.activity_id) over (
            partition by numbered.account_id, numbered.transfer_id, numbered.is_judged
            order by numbered.old_last
        ) as activity_in_turn
    from numbered
    left join taken
        on taken.account_id = numbered.account_id
        and taken.old_last = numbered.old_last
        and taken.turn = numbered.turn

),

lonely as (

    select
        entries.*,
        row_number() over (
            partition by account_id, net_amount order by system_date, activity_id
        ) as number
    from entries
    where activity_id not in (
            select activity_id from taken where not old_last and activity_id is not null
        )
        and exists (
            select 1 from coverage where stream in ('funding_status', 'transfer_status')
        )

),

found as (

    select
        account_id,
        'transfer ' || transfer_id as subject,
        completed_on as since,
        activity_id is not null as is_matched,
        begun_on <= transfers_since as is_old,
        'booked' as expected,
        if(activity_id is null, 'not booked', 'booked') as actual,
        list_filter(
            [event_id, if(activity_id is null, null, coalesce(activity_in_turn, activity_id))],
            lambda one: one is not null
        ) as evidence
    from given
    cross join books_start
    where old_last and is_judged and completed_on > begins
    union all
    select
        account_id, 'activity ' || activity_id, system_date, false,
        system_date <= (
            select min(since)::date from coverage
            where stream in ('funding_status', 'transfer_status')
        )
        or not exists (select 1 from transfer_states where kind = 'transfer'),
        'a transfer', 'none', [activity_id]
    from lonely
    cross join books_start
    where system_date > begins
        and number > (
            select count(*) from lonely as other
            where other.account_id = lonely.account_id and other.net_amount = -lonely.net_amount
        )

),

verdicts as (

    select
        found.account_id,
        null::varchar as symbol,
        found.subject,
        case
            when is_matched then 'pass'
            when is_old then 'not_evaluated'
            when $system_date::date < days.next_settlement then 'pending'
            else 'break'
        end as verdict,
        found.expected,
        found.actual,
        null::decimal(38, 9) as difference,
        null::varchar as unit,
        case
            when not is_matched and not is_old and $system_date::date < days.next_settlement
                then days.next_settlement
        end as due_date,
        found.evidence
    from found
    left join days on days.date = found.since

)

select * from verdicts
