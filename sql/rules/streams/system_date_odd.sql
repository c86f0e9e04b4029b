-- title:    An activity is booked, or settles, on a day that cannot be
-- severity: S3
-- scope:    account
-- reads:    activities, calendar
-- params:   system_date, late_days = 366, settled_before_days = 366, settled_after_days = 31
--
-- The broker books an activity on a business day: that of its `at`, or the next one where it was sent
-- in the evening or on a day without a session. The books of every night are cut by that day, so that
-- one on a Sunday, or years off, puts money into the wrong night.
-- LATE: a record may be sent after its day; a day up to `late_days` before that of its `at` is within
-- tolerance: one of the broker's own samples is 133 days late. A day after it is right however far:
-- other samples carry an `at` of sixteen months before.
-- It settles at most `settled_after_days` after it is booked, and not more than `settled_before_days`
-- before: a dividend of August that is booked in November settles in August, as in the samples.
-- Assumption: crypto, which trades every day, is booked on business days as well; nothing says else.
-- Not evaluated: a day that the calendar does not know.
-- One row for each activity of the night, and those of earlier days that are odd.
-- Clears when the broker sends the activity with a day that can be.
with

booked as (

    select
        activities.account_id,
        activities.symbol,
        activities.activity_id,
        activities.entry_type,
        activities.system_date,
        activities.settle_date,
        broker_day(activities.event_at) as sent_on,
        calendar.is_session
    from activities
    left join calendar on calendar.date = activities.system_date

),

faults as (

    select
        *,
        case
            when not is_session then 'a day without a session'
            when system_date < sent_on - $late_days::int then 'long before it was sent'
            when settle_date < system_date - $settled_before_days::int then 'settled long before'
            when settle_date > system_date + $settled_after_days::int then 'settles long after'
        end as fault
    from booked

),

judged as (

    select
        *,
        case
            when fault is not null then 'break'
            when is_session is null then 'not_evaluated'
            when system_date < sent_on - 1 then 'within_tolerance'
            else 'pass'
        end as verdict
    from faults

),

verdicts as (

    select
        account_id,
        symbol,
        entry_type || ' ' || activity_id as subject,
        verdict,
        'a session from ' || coalesce((sent_on - 1)::varchar, 'any day')
        || ' on, settled near it' as expected,
        system_date || coalesce(', settled ' || settle_date, '')
        || coalesce(', ' || fault, '') as actual,
        [activity_id] as evidence
    from judged
    where system_date = $system_date::date or verdict not in ('pass', 'within_tolerance')

)

select * from verdicts
