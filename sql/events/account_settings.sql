-- title: What each event of an account says that the account may do, before and after
-- reads: account_states
-- columns:
--   since: the moment of the event
--   old_value: the value before, where the event says it; null is the default, or none
--   new_value: the value from then on; null is the default, or none
--
-- One row a setting that an event changed. As documented an event has only what changed: a boolean
-- comes with its new value alone, any other value with the old one (`from`, or `old` as the reference
-- page has it) and the new one (`to`, `new`), and null stands for the broker's default. A limit that
-- comes as a bare text has its new value alone. Each reason for which an account may only
-- liquidate is a setting of its own, and so is each currency of the interest on cash. Of the
-- results of the checks on a customer (KYC) the value is what was asked for, the codes.
with

properties as (

    select
        account_id, step, property, prefix, held::json as held,
        nullif(cash_interest ->> '$.currency', '') as currency
    from (
        select
            account_id, step, cash_interest,
            unnest(['admin_configurations', 'cash_interest', 'fpsl', 'options']) as property,
            unnest(['', 'cash_interest.', 'fpsl.', 'options.']) as prefix,
            unnest([admin_configurations, cash_interest, fpsl, options]) as held
        from events.account_states
    ) as members
    where held is not null

),

leaves as (

    select
        properties.* exclude (held, currency),
        if(property = 'cash_interest', properties.currency, null) as currency,
        substr(tree.fullkey, 3) as path,
        nullif(tree.atom ->> '$', '') as value
    from properties, json_tree(properties.held) as tree
    where tree.type not in ('OBJECT', 'ARRAY') and tree.fullkey <> '$'
        and not (properties.property = 'cash_interest' and tree.fullkey = '$.currency')

),

of_properties as (

    select
        account_id,
        step,
        prefix || coalesce(currency || '.', '')
        || regexp_replace(path, '[._](from|to|old|new)$', '') as setting,
        max(value) filter (where regexp_matches(path, '[._](from|old)$')) as old_value,
        max(value) filter (where not regexp_matches(path, '[._](from|old)$')) as new_value
    from leaves
    group by account_id, step, setting

),

results as (

    select account_id, step, code, kyc_results::json -> ('$.' || code) as held
    from events.account_states
    cross join (
        select unnest(['accept', 'reject', 'indeterminate', 'summary', 'additional_information'])
            as code
    ) as codes
    where kyc_results is not null

),

of_results as (

    select
        account_id,
        step,
        'kyc_results.' || code as setting,
        null as old_value,
        nullif(case json_type(held)
            when 'OBJECT' then array_to_string(list_sort(json_keys(held)), ' ')
            when 'ARRAY' then array_to_string(list_sort(held ->> '$[*]'), ' ')
            else held ->> '$'
        end, '') as new_value
    from results
    where json_type(held) <> 'NULL'

),

of_flags as (

    select account_id, step, setting, null as old_value, new_value::varchar as new_value
    from (
        select
            account_id, step,
            unnest(['account_blocked', 'pattern_day_trader', 'trading_blocked']) as setting,
            unnest([account_blocked, pattern_day_trader, trading_blocked]) as new_value
        from events.account_states
    ) as flags
    where new_value is not null

),

settings as (

    from of_properties
    union all by name
    from of_results
    union all by name
    from of_flags

)

select
    settings.account_id,
    settings.setting,
    settings.step,
    account_states.event_at as since,
    settings.old_value,
    settings.new_value,
    account_states.event_id,
    account_states.system_date
from settings
inner join events.account_states as account_states
    on account_states.account_id = settings.account_id and account_states.step = settings.step
