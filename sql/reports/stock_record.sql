-- What all accounts together hold of each security, beside the broker's own count, as of the night.
-- Where the broker lists nothing its side is empty; `verdict` says whether that means zero.
with

stated as (

    select
        symbol,
        sum(long_qty) as long_qty,
        sum(abs(short_qty)) as short_qty,
        sum(num_accounts) as accounts
    from statement_aggregate
    where system_date = (select system_date from night)
    group by symbol

),

judged as (

    select symbol, verdict, difference
    from verdicts
    where rule = 'statements/stock_record_differs'

)

select
    judged.symbol,
    plain(coalesce(stock_record.long_qty, 0)) as long,
    plain(coalesce(stock_record.short_qty, 0)) as short,
    plain(coalesce(stock_record.accounts, 0)) as accounts,
    coalesce(plain(stated.long_qty), '') as stated_long,
    coalesce(plain(stated.short_qty), '') as stated_short,
    coalesce(plain(stated.accounts), '') as stated_accounts,
    coalesce(plain(judged.difference), '') as difference,
    judged.verdict
from judged
left join stock_record on stock_record.symbol = judged.symbol
left join stated on stated.symbol = judged.symbol
order by judged.symbol
