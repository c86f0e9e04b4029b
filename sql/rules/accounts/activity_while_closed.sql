-- title:    Something was booked in an account that was closed, or not open yet
-- severity: S1
-- scope:    account
-- reads:    executions, activity_net_effects, account_states, account_map, coverage
-- params:   none
--
-- Trading and funding happen in active accounts only: what is booked in an account that is closed
-- or rejected, or in one whose application is not through, went to the wrong account or should not
-- have happened. A day is judged by how it began and how it ended: what is booked on the very day
-- of the change may lie on its right side. Where the account itself is inactive but its crypto side
-- is not, it is used.
-- What the issuer, a tax or the broker's fees still bring after the end, a correction of an earlier
-- trade, and a journal that takes out what came in are within tolerance: they trail. The firm's own
-- accounts are not judged.
-- No row where the stream of account events is not read, nor for an account it does not know.
-- Clears when what was booked is reversed, or the event that opened the account again is read.
with

statuses as (

    select
        account_id,
        system_date,
        last_value(status_to ignore nulls) over so_far as status,
        last_value(crypto_status_to ignore nulls) over so_far as crypto_status,
        coalesce(bool_or(status_to = 'ACTIVE') over so_far, false) as was_active
    from account_states
    where exists (select 1 from coverage where coverage.stream = 'account_status')
        and account_id not in (select account_id from account_map where kind = 'firm')
    window so_far as (
        partition by account_id order by step rows between unbounded preceding and current row
    )
    qualify row_number() over (partition by account_id, system_date order by step desc) = 1

),

days as (

    select
        *,
        status in ('ACCOUNT_CLOSED', 'REJECTED')
        or (
            status in ('INACTIVE', 'ONBOARDING', 'SUBMITTED', 'SUBMISSION_FAILED')
            or (status = 'APPROVAL_PENDING' and not was_active)
        ) and crypto_status is distinct from 'ACTIVE' as is_shut,
        lead(system_date) over (partition by account_id order by system_date) as until
    from statuses

),

-- From the day after a change on, what is so ended the day before too.
spans as (

    select
        days.*,
        coalesce(
            lag(is_shut) over (partition by account_id order by system_date), false
        ) as was_shut
    from days

),

booked as (

    select
        account_id,
        system_date,
        execution_id as event_id,
        executions.event in ('trade_bust', 'trade_correct') as trails
    from executions
    union all by name
    select
        account_id,
        system_date,
        activity_id as event_id,
        corporate_action
        or regexp_matches(contra, '^EXT:(ISSUER|TAX|REG|BROKER)')
        or (entry_type in ('JNL', 'JNLC', 'JNLS') and qty_delta <= 0 and cash_delta <= 0)
            as trails
    from activity_net_effects
    where qty_delta <> 0 or cash_delta <> 0

),

bookings as (

    select
        booked.account_id,
        booked.event_id,
        spans.is_shut and (spans.was_shut or booked.system_date > spans.system_date) as is_wrong,
        is_wrong and booked.trails and spans.was_active as is_trailing,
        spans.status
    from booked
    inner join spans
        on spans.account_id = booked.account_id
        and booked.system_date >= spans.system_date
        and booked.system_date < coalesce(spans.until, 'infinity'::date)

),

accounts as (

    select
        account_id,
        count(*) filter (where is_wrong and not is_trailing) as wrong,
        count(*) filter (where is_trailing) as later,
        max(status) filter (where is_wrong) as status,
        list(event_id order by event_id) filter (where is_wrong and not is_trailing) as wrong_events,
        list(event_id order by event_id) filter (where is_trailing) as later_events
    from bookings
    group by account_id

),

verdicts as (

    select
        account_id,
        'what is booked' as subject,
        case
            when wrong > 0 then 'break'
            when later > 0 then 'within_tolerance'
            else 'pass'
        end as verdict,
        '0 while not open' as expected,
        concat_ws(' ', wrong, 'and', later, 'trailing', 'while ' || status) as actual,
        wrong::decimal(38, 9) as difference,
        'events' as unit,
        coalesce(if(wrong > 0, wrong_events, later_events), [])::varchar[] as evidence
    from accounts

)

select * from verdicts
