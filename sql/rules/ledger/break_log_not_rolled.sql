-- title:    The break log does not roll forward
-- severity: S0
-- scope:    all
-- reads:    break_log
-- params:   system_date
--
-- Open breaks of the night before, plus those that opened or reopened, less those that cleared, are
-- the open breaks of a night. So a break may open only once, change or clear only while it is open,
-- and reopen only after it cleared. Where the log says otherwise a line of it is lost or was
-- written by somebody else, and a break may have vanished without a trace.
-- A night is looked at unless an earlier one was run again after it: its steps were right then.
-- Clears when the break log is restored from a backup.
with

lines as (

    select
        *,
        max(revision) over (partition by system_date) as last_revision
    from break_log
    where system_date < $system_date::date

),

nights as (

    select
        system_date,
        min(position) as written,
        max(max(position)) over (
            order by system_date rows between unbounded preceding and 1 preceding
        ) as others_written
    from lines
    where revision = last_revision
    group by system_date

),

steps as (

    select
        lines.system_date,
        lines.break_id,
        lines.what,
        coalesce(
            lag(lines.state) over (
                partition by lines.break_id order by lines.system_date, lines.position
            ),
            'unknown'
        ) as state_before
    from lines
    where lines.revision = lines.last_revision and lines.what <> 'night'

),

wrong_steps as (

    select system_date, list(break_id order by break_id) as breaks
    from steps
    where case
        when what = 'opened' then state_before <> 'unknown'
        when what = 'reopened' then state_before <> 'cleared'
        else state_before not in ('break', 'pending')
    end
    group by system_date

),

verdicts as (

    select
        'break log of ' || nights.system_date as subject,
        case
            when nights.others_written > nights.written then 'not_evaluated'
            when wrong_steps.breaks is null then 'pass'
            else 'break'
        end as verdict,
        'each step from the state before' as expected,
        coalesce(len(wrong_steps.breaks), 0) || ' steps from another' as actual,
        len(wrong_steps.breaks)::decimal(38, 9) as difference,
        'breaks' as unit,
        coalesce(wrong_steps.breaks, []) as evidence
    from nights
    left join wrong_steps on wrong_steps.system_date = nights.system_date

)

select * from verdicts
