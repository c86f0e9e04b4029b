-- title: What each account was allowed at each moment
-- scope: account
-- reads: account_settings, account_states, coverage
-- columns:
--   since: the moment from which on the value holds
--   until: the moment from which on it holds no more; null if it holds still
--   value: the value; null is the broker's default
--
-- One row a stretch of time in which a setting that a rule asks for has one value. No row is no
-- knowledge: what a setting was before the first event of it is known where the event says the old
-- value, or where the account's own making is archived: as documented only an override of the
-- default is an event, so until then the default holds. Without a complete stream of account events
-- there is no row at all. A null in the place of the reasons to liquidate ends all of them.
-- `crypto_status` is shown beside the settings.
with

asked_for as (

    select unnest([
        'disable_shorting', 'disable_fractional', 'disable_crypto', 'incoming_transfers_blocked',
        'outgoing_transfers_blocked', 'allow_instant_ach', 'max_margin_multiplier',
        'max_options_trading_level', 'acct_daily_transfer_limit', 'options.approved_level'
    ]) as setting

),

told as (

    select account_id, setting, step, since, old_value, new_value
    from account_settings
    where setting in (from asked_for)
        or starts_with(setting, 'restrict_to_liquidation_reasons.')
    union all by name
    select ended.account_id, reasons.setting, ended.step, ended.since
    from account_settings as ended
    inner join (
        select distinct account_id, setting
        from account_settings
        where starts_with(setting, 'restrict_to_liquidation_reasons.')
    ) as reasons on reasons.account_id = ended.account_id
    where ended.setting = 'restrict_to_liquidation_reasons'
    union all by name
    select
        account_id, 'crypto_status' as setting, step, event_at as since,
        crypto_status_from as old_value, crypto_status_to as new_value
    from account_states
    where crypto_status_to is not null

),

changes as (

    select
        *,
        row_number() over in_order as number,
        lead(since) over in_order as until
    from told
    window in_order as (partition by account_id, setting order by step)

),

made as (

    select account_id
    from account_states
    where step = 1 and status_from is null and status_to is not null

),

-- What a new account may have had from its making on.
begun as (

    select account_id, setting
    from made cross join asked_for
    union
    select changes.account_id, changes.setting
    from changes
    inner join made on made.account_id = changes.account_id
    where changes.setting <> 'crypto_status'
    union
    select account_id, setting
    from changes
    where number = 1 and old_value is not null

),

before_the_first as (

    select
        begun.account_id,
        begun.setting,
        '1970-01-01 00:00:00+00'::timestamptz as since,
        changes.since as until,
        changes.old_value as value
    from begun
    left join changes
        on changes.account_id = begun.account_id
        and changes.setting = begun.setting
        and changes.number = 1

),

stretches as (

    from before_the_first
    union all by name
    select account_id, setting, since, until, new_value as value
    from changes

)

select *
from stretches
where exists (select 1 from coverage where stream = 'account_status' and complete)
