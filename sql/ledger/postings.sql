-- title: Double entry: every event as postings that sum to zero per commodity
-- reads: lines, drains, base, base_suspense, opening
--
-- One line gives the account what it got, its twin takes the same from where it came. A commodity
-- is a currency, a security, or a currency's cost. Corporate actions, journals and exercises go
-- through suspense accounts that drain when the other leg comes. Nothing is ever changed: a
-- reversal names the posting that it takes back. A night that begins with a closing carries what
-- that held in other than customer accounts; of suspense, which event left it there and when.
with

carried as (

    select
        concat_ws(' ', 'carried', ledger_account, commodity, measure) as event,
        null::varchar as account_id, opening.system_date, ledger_account, commodity, measure, amount
    from base cross join opening
    where not regexp_matches(ledger_account, '^([CF]|SUSP):') and ledger_account <> 'OPEN'
    union all
    select event, account_id, system_date, ledger_account, commodity, measure, amount
    from base_suspense

)

select
    movement_id || '/' || leg as posting_id,
    event, kind, account_id, system_date, trade_date, settle_date, ledger_account, commodity, amount,
    measure,
    reverses || '/' || leg as reverses
from lines
union all
select
    movement_id || '/' || (leg + 1),
    event, kind, account_id, system_date, trade_date, settle_date, other_account, commodity, -amount,
    measure,
    reverses || '/' || (leg + 1)
from lines
union all
select
    concat_ws('/', event, system_date, commodity, place, '1'),
    event, 'drain', account_id, system_date, system_date, system_date, place, commodity, amount,
    measure,
    null
from drains
union all
select
    concat_ws('/', event, system_date, commodity, place, '2'),
    event, 'drain', account_id, system_date, system_date, system_date, contra, commodity, -amount,
    measure,
    null
from drains
union all
select
    concat_ws('/', 'carried', event, system_date, ledger_account, commodity, measure, account_id, '1'),
    event, 'opening', account_id, system_date, system_date, system_date, ledger_account, commodity,
    amount,
    measure,
    null
from carried
union all
select
    concat_ws('/', 'carried', event, system_date, ledger_account, commodity, measure, account_id, '2'),
    event, 'opening', account_id, system_date, system_date, system_date, 'OPEN', commodity, -amount,
    measure,
    null
from carried
