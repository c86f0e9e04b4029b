-- title: The executions that have no system date
-- scope: account
-- reads: executions
--
-- No night books them, so no table of the books shows them.
select * from events.executions where system_date is null
