-- title:    A corporate action has another rate than for the other accounts
-- severity: S1
-- scope:    symbol
-- reads:    activities_to_date
-- params:   none
--
-- A merger, a reorganisation, a spin-off and a distribution of rights have one rate for every
-- holder: so many new shares for so many old ones, so many dollars a share. Each account's legs may
-- agree with a wrong rate that is printed beside them, so the printed rates are compared over the
-- accounts: with the one that more than half of them have. Rates are compared crosswise, as 1 for 2
-- is 5 for 10. Legs of one action are those of one type, source, new security and first system
-- date; who is booked on another day is compared with those of that day. Splits are compared by
-- their quantities elsewhere.
-- Where no rate of rights is printed, but how many shares they are for, what was given for those is
-- the rate: there one unit of the ninth digit on either side is the same (law ULPq).
-- `not_evaluated`: no rate is readable, no source is named, or no rate is that of more than half.
-- A break clears when the broker books the account anew.
with

legs as (

    select
        account_id,
        coalesce(entry_sub_type, entry_type) as kind,
        group_key,
        max(group_id) over (partition by account_id, group_key) as group_id,
        source_symbol,
        if(ca_leg = 'CASH', 'cash', symbol) as gives,
        min(system_date) over (partition by account_id, group_key) as first_date,
        case
            when ca_leg = 'CASH' then cash_rate
            when entry_type <> 'VOF' then exchange_rate
            when rate is not null then rate
            else abs(qty)
        end::decimal(38, 9) as new_rate,
        case
            when ca_leg = 'CASH' then 1
            when entry_type <> 'VOF' then coalesce(old_rate, 1)
            when rate is not null then 1
            else abs(entitled_qty)
        end::decimal(38, 9) as old_rate,
        if(entry_type = 'VOF' and rate is null, 0.000000001, 0) as cut,
        activity_id
    from activities_to_date
    where is_booked
        and in_books
        and ca_leg in ('ADD', 'CASH')
        and (entry_type in ('MA', 'REO', 'SPIN') or entry_sub_type = 'VDST')
        and (entry_type <> 'SPIN' or symbol is distinct from source_symbol)

),

terms as (

    select
        account_id, kind, group_key, group_id, source_symbol, gives, first_date,
        max(new_rate) as new_rate,
        max(old_rate) as old_rate,
        max(cut) as cut,
        count(distinct (new_rate, old_rate)) as rates,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, kind, group_key, group_id, source_symbol, gives, first_date

),

printed_rates as (

    select kind, source_symbol, gives, first_date, new_rate, old_rate, cut, count(*) as accounts
    from terms
    where new_rate is not null and old_rate <> 0 and rates = 1
    group by kind, source_symbol, gives, first_date, new_rate, old_rate, cut

),

agreeing as (

    select
        own.*,
        sum(other.accounts) filter (where coalesce(try(
            abs(own.new_rate * other.old_rate - other.new_rate * own.old_rate)
            <= own.cut * other.old_rate + other.cut * own.old_rate
        ), false)) as agree,
        sum(other.accounts) as of_accounts
    from printed_rates as own
    inner join printed_rates as other
        on other.kind = own.kind
        and other.source_symbol = own.source_symbol
        and other.gives = own.gives
        and other.first_date = own.first_date
    group by all

),

common_rates as (

    select kind, source_symbol, gives, first_date, new_rate, old_rate, cut
    from agreeing
    where 2 * agree > of_accounts
    qualify row_number() over (
        partition by kind, source_symbol, gives, first_date
        order by agree desc, old_rate desc, new_rate desc
    ) = 1

),

verdicts as (

    select
        own.account_id,
        own.source_symbol as symbol,
        action_subject(
            own.account_id, own.source_symbol, own.group_key,
            concat_ws(' ', own.kind, 'of ' || own.source_symbol, 'for ' || own.gives,
                own.first_date::varchar, own.group_id)
        ) as subject,
        try(abs(own.new_rate * common.old_rate - common.new_rate * own.old_rate)) as apart,
        case
            when own.new_rate is null or coalesce(own.old_rate, 0) = 0 then 'not_evaluated'
            when own.rates > 1 or common.new_rate is null then 'not_evaluated'
            when apart = 0 then 'pass'
            when apart <= own.cut * common.old_rate + common.cut * own.old_rate
                then 'within_tolerance'
            else 'break'
        end as verdict,
        plain(common.new_rate) || ' for ' || plain(common.old_rate) as expected,
        plain(own.new_rate) || ' for ' || plain(own.old_rate) as actual,
        own.evidence
    from terms as own
    left join common_rates as common
        on common.kind = own.kind
        and common.source_symbol = own.source_symbol
        and common.gives = own.gives
        and common.first_date = own.first_date

)

select * exclude (apart) from verdicts
