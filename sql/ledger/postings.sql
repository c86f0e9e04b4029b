-- title: Double entry: every event as postings that sum to zero per commodity
-- scope: account
-- reads: lines, suspense_clearings, start_balances, start_suspense, opening
-- columns:
--   posting_id: the movement and line that made it
--   kind: execution, activity, memo, opening or clearing
--
-- One line gives the account what it got, its twin takes the same from where it came. A commodity
-- is a currency, a security, or a currency's cost. Corporate actions, journals and exercises go
-- through suspense accounts that are cleared when the other leg comes. Nothing is ever changed: a
-- reversal names the posting that it reverses. A night that begins with a closing carries what
-- that held in other than customer accounts; of suspense, which event left it there and when.
with

carried as (

    select
        concat_ws(' ', 'carried', ledger_account, commodity, measure) as event_id,
        null::varchar as account_id, opening.system_date, ledger_account, commodity, measure, amount
    from start_balances cross join opening
    where not regexp_matches(ledger_account, '^([CF]|SUSP):') and ledger_account <> 'OPEN'
    union all by name
    select event_id, account_id, system_date, ledger_account, commodity, measure, amount
    from start_suspense

),

-- What one ledger account gets and the other gives.
entries as (

    select
        movement_id as entry_id, line_no, event_id, kind, account_id,
        system_date, trade_date, settle_date,
        ledger_account, other_account, commodity, amount, measure, reverses
    from lines
    union all by name
    select
        concat_ws('/', event_id, system_date, commodity, cleared_to) as entry_id, 1 as line_no,
        event_id, 'clearing' as kind, account_id,
        system_date, system_date as trade_date, system_date as settle_date,
        cleared_to as ledger_account, contra as other_account, commodity, amount, measure
    from suspense_clearings
    union all by name
    select
        concat_ws(
            '/', 'carried', event_id, system_date, ledger_account, commodity, measure, account_id
        ) as entry_id,
        1 as line_no, event_id, 'opening' as kind, account_id,
        system_date, system_date as trade_date, system_date as settle_date,
        ledger_account, 'OPEN' as other_account, commodity, amount, measure
    from carried

)

select
    entry_id || '/' || line_no as posting_id,
    event_id, kind, account_id, system_date, trade_date, settle_date,
    ledger_account, commodity, amount, measure,
    reverses || '/' || line_no as reverses
from entries
union all by name
select
    entry_id || '/' || (line_no + 1) as posting_id,
    event_id, kind, account_id, system_date, trade_date, settle_date,
    other_account as ledger_account, commodity, -amount as amount, measure,
    reverses || '/' || (line_no + 1) as reverses
from entries
