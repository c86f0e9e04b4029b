-- title: Each booked activity of the night beside what its type may print
-- scope: account
-- reads: activities_to_date, activity_types, account_currencies, currencies, statement_cash, start_accounts
-- columns:
--   type: type and sub type, as the broker names them
--   is_reversal: whether something says that it reverses or corrects an earlier one
--   own_currency: the currency that the activity names
--   account_currency: the currency of its account's cash
--   account_currency_is_known: whether a statement or a closing names that currency
--
-- One row an activity that is booked and in the books, of a type that is listed. What the list says
-- of the sub type counts, else what it says of the type.
-- `is_reversal`: it refers to an earlier activity, was put right by hand (`correct`), its text says
-- so, or the same account had the opposite amount of that type before. The legacy stream has no
-- reference, so the opposite amount is often all there is.
with

shaped as (

    select
        activities.account_id,
        activities.symbol,
        activities.activity_id,
        concat_ws('/', activities.entry_type, activities.entry_sub_type) as type,
        activities.entry_type,
        activities.qty,
        activities.net_amount,
        activities.entitled_qty,
        activities.swap_rate,
        activities.system_date,
        coalesce(exact.shape, whole.shape) as shape,
        coalesce(exact.sign, whole.sign) as sign,
        activities.previous_id is not null
        or activities.status = 'correct'
        or regexp_matches(
            lower(coalesce(activities.description, '')), 'revers|refund|rebate|return|correct|adjust'
        ) as says_so,
        activities.currency as own_currency,
        account_currencies.currency as account_currency,
        activities.account_id in (
            select account_id from statement_cash
            union all
            select account_id from start_accounts
        ) as account_currency_is_known
    from activities_to_date as activities
    inner join (select * from activity_types where entry_sub_type is null) as whole
        on whole.entry_type = activities.entry_type
    left join activity_types as exact
        on exact.entry_type = activities.entry_type
        and exact.entry_sub_type = activities.entry_sub_type
    left join account_currencies on account_currencies.account_id = activities.account_id
    where activities.is_booked and activities.in_books

),

opposites as (

    select distinct shaped.activity_id
    from shaped
    inner join activities_to_date as earlier
        on earlier.account_id = shaped.account_id
        and concat_ws('/', earlier.entry_type, earlier.entry_sub_type) = shaped.type
        and earlier.net_amount = -shaped.net_amount
        and earlier.system_date <= shaped.system_date
        and earlier.activity_id <> shaped.activity_id
    where shaped.net_amount <> 0

)

select
    shaped.* exclude (says_so),
    says_so or opposites.activity_id is not null as is_reversal,
    coalesce(own_currency, account_currency) as currency,
    currencies.minor_units
from shaped
left join opposites on opposites.activity_id = shaped.activity_id
left join currencies on currencies.currency = coalesce(own_currency, account_currency)
