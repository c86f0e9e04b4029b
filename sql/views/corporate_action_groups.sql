-- title: What the legs of each corporate action in several legs add up to
-- scope: account
-- reads: activities_to_date
-- columns:
--   legs_of: the legs that are added up: `books` or `archive`
--   symbol: the security that the corporate action is about
--   new_symbol: the security that is added; the first of several
--   sub_type: the sub type of the legs; the last of several
--   sub_types: every sub type that a leg names
--   first_date: the system date of the first leg
--   last_date: the system date of the last leg
--   remove_legs: how many legs take shares away [legs]
--   add_legs: how many legs give shares [legs]
--   cash_legs: how many legs pay money [legs]
--   kinds_of_legs: which of ADD, CASH and REMOVE there are
--   removed_symbols: how many securities are taken away [securities]
--   removed: the quantity taken away, negative unless short [units of the symbol]
--   added: the quantity given, negative if short [units of the new symbol]
--   paid: the money paid, negative if the account pays [currency]
--   new_rate: the new shares for `old_rate` old ones [units of the new symbol]
--
-- A corporate action comes leg by leg: the old shares leave (REMOVE), new ones (ADD) or money (CASH)
-- come. One row for each account, type and group of legs, of which at least one is in the books;
-- twice where legs may lie before the books begin, told apart by `legs_of`: 'books' adds up the legs
-- that the night's books have, 'archive' also those from before. Choose one of them.
-- `symbol` is the one that the action is about; the additions of a unit split may name another.
-- A rate is the one printed on the leg that it gives (`cash_rate` on CASH, `new_rate` for each
-- `old_rate` on ADD), else on any leg. `old_qty` and `new_qty` are printed beside the legs.
-- Quantities, money and counts are of booked legs only; a sum without a leg is null.
with

legs as (

    select *
    from activities_to_date
    where is_booked and entry_type in ('SPLIT', 'MA', 'REO', 'NC', 'SPIN', 'VOF')

),

chosen_legs as (

    select *, 'archive' as legs_of from legs
    union all by name
    select *, 'books' as legs_of from legs where in_books

)

select
    legs_of,
    account_id,
    entry_type,
    group_key,
    min(group_id) as group_id,
    coalesce(
        min(source_symbol) filter (where entry_type = 'SPLIT' and ca_leg = 'REMOVE'),
        min(source_symbol)
    ) as symbol,
    min(symbol) filter (where ca_leg = 'ADD') as new_symbol,
    max(entry_sub_type) as sub_type,
    list(distinct entry_sub_type order by entry_sub_type)
        filter (where entry_sub_type is not null) as sub_types,
    min(system_date) as first_date,
    max(system_date) as last_date,
    count(*) filter (where ca_leg = 'REMOVE') as remove_legs,
    count(*) filter (where ca_leg = 'ADD') as add_legs,
    count(*) filter (where ca_leg = 'CASH') as cash_legs,
    list(distinct ca_leg order by ca_leg) filter (where ca_leg is not null) as kinds_of_legs,
    count(distinct symbol) filter (where ca_leg = 'REMOVE') as removed_symbols,
    sum(qty) filter (where ca_leg = 'REMOVE') as removed,
    sum(qty) filter (where ca_leg = 'ADD') as added,
    sum(net_amount) filter (where ca_leg = 'CASH') as paid,
    max(entitled_qty) as entitled_qty,
    coalesce(max(cash_rate) filter (where ca_leg = 'CASH'), max(cash_rate)) as cash_rate,
    coalesce(max(exchange_rate) filter (where ca_leg = 'ADD'), max(exchange_rate)) as new_rate,
    coalesce(max(old_rate) filter (where ca_leg = 'ADD'), max(old_rate)) as old_rate,
    max(new_qty) as new_qty,
    list(activity_id order by activity_id) as evidence
from chosen_legs
group by legs_of, account_id, entry_type, group_key
having bool_or(in_books)
