-- title: Every transfer that a stream of transfers reports
-- scope: account
-- reads: transfer_states, coverage
-- columns:
--   begun_on: the day of its first state
--   completed_on: the first day on which it was complete
--   returned_on: the first day on which it was returned
--   reported_on: the day of its last state
--   has_failed: whether its last state moves no cash
--
-- One row a transfer; none where neither stream of transfers is read. `completed_on` and `returned_on`
-- are the first days of those states, null where there are none. `has_failed`: its last state is one
-- that moves no cash. `event_id` is that last state's.
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
    and exists (select 1 from coverage where stream in ('funding_status', 'transfer_status'))
group by transfer_id, account_id
