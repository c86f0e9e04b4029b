-- title:    An execution id stands for two different executions
-- severity: S1
-- scope:    account
-- reads:    executions, archived_messages
-- params:   none
--
-- The books know an execution by its id and keep one row of it, the last published. If the same id
-- came with another account, event, order, symbol, asset, side, quantity, price, position after it,
-- trade or settle date or reference, one is wrong, and which of them was booked is chance. The
-- archive has both texts; the hashes name them. Sending the same execution again is no reuse, nor
-- is another text around the same execution, nor a date or an asset that only one copy has.
-- The counts are over everything archived, so that a second content of any date is seen.
-- Clears only when somebody accepts it: what was received stays received.
with

reused as (

    select execution_id
    from executions
    where conflicts is distinct from 0

),

contents as (

    select
        identity,
        string_agg(distinct left(payload_hash, 12), ' ' order by left(payload_hash, 12)) as hashes
    from archived_messages
    where stream in ('trades', 'trades_v1', 'activities')
        and identity in (select execution_id from reused)
    group by identity

),

verdicts as (

    select
        executions.account_id,
        executions.symbol,
        'execution ' || executions.execution_id as subject,
        case
            when executions.conflicts = 0 then 'pass'
            when executions.conflicts is null then 'not_evaluated'
            else 'break'
        end as verdict,
        '1 content' as expected,
        concat_ws(': ', (executions.conflicts + 1)::varchar
            || case when executions.conflicts = 0 then ' content' else ' contents' end,
            contents.hashes) as actual,
        executions.conflicts::decimal(38, 9) as difference,
        'contents' as unit,
        [executions.execution_id] as evidence
    from executions
    left join contents on contents.identity = executions.execution_id

)

select * from verdicts
