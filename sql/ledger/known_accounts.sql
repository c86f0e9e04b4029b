-- title: Every account that is known on the night, and what the broker said of its balance
-- scope: account
-- reads: statement_accounts, account_currencies, statement_positions, statement_cash
--
-- The night records whom it asked: accounts of booked events, of the account stream, of the user's
-- file, of positions, of earlier nights. Beside them stand those that the books or the positions
-- statement name and the record does not, since what named them came later. `answer` is what was
-- recorded; `answered` is said only where the balance can be read.
with

recorded as (

    select account_id, answer, begins, sources
    from statement_accounts
    where system_date = $system_date::date

),

named as (

    select account_id from recorded
    union
    select account_id from account_currencies
    union
    select account_id from statement_positions

)

select
    named.account_id,
    case
        when count(statement_cash.cash) > 0 then 'answered'
        when any_value(recorded.answer) = 'answered' then 'no balance that can be read'
        else coalesce(any_value(recorded.answer), 'not asked')
    end as answer,
    any_value(recorded.begins) as begins,
    coalesce(any_value(recorded.sources), []) as sources
from named
left join recorded on recorded.account_id = named.account_id
left join statement_cash
    on statement_cash.account_id = named.account_id
    and statement_cash.system_date = $system_date::date
group by named.account_id
