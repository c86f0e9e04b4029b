-- title:    The broker sent the name of a state that is not published
-- severity: S3
-- scope:    account
-- reads:    journal_states, transfer_states, account_states, admin_actions, ipo_events, upvest_account_states, upvest_group_states, upvest_other_events
-- params:   system_date
--
-- How journals, transfers, banks, accounts, groups and offerings stand has names that the brokers
-- publish, and about one a fortnight is new. An event with another name is kept and shown as it
-- came, but no rule that judges by states knows what it means. It moves no money by itself.
-- Each name counts once, with the number of events that have it and the first twenty of them.
-- Clears when the name is added to the list in this rule, and to those rules that need it.
with

-- The names that both brokers publish, in the case the tables have them; EXECUTED of a transfer is
-- what the old stream wrote.
published as (

    select what, unnest(string_split(names, ' ')) as name
    from (
        values
        (
            'journal status',
            'queued sent_to_clearing pending executed activity_created rejected canceled refused'
            || ' deleted correct'
        ),
        (
            'transfer status',
            'QUEUED APPROVAL_PENDING PENDING SENT_TO_CLEARING REJECTED CANCELED APPROVED COMPLETE'
            || ' RETURNED EXPIRED EXECUTED'
        ),
        (
            'bank relationship status',
            'QUEUED CANCEL_REQUESTED CANCEL_SENT CANCEL_FAILED PENDING SENT_TO_CLEARING APPROVED'
            || ' CANCELED REJECTED'
        ),
        ('wire bank status', 'QUEUED SENT_TO_CLEARING APPROVED CANCELED REJECTED'),
        ('funding wallet status', 'ACTIVE PENDING'),
        (
            'account status',
            'INACTIVE ONBOARDING SUBMITTED SUBMISSION_FAILED ACTION_REQUIRED ACCOUNT_UPDATED'
            || ' APPROVAL_PENDING APPROVED REJECTED ACTIVE ACCOUNT_CLOSED'
        ),
        (
            'admin action',
            'legacy_note_admin_event liquidation_admin_event transaction_cancel_admin_event'
        ),
        (
            'offering event',
            'Offering OfferingUpdate OfferingCancellation Prospectus SixtyMinMail Allocation'
        ),
        (
            'Upvest event',
            'ACCOUNT.CREATED ACCOUNT.ACTIVATED ACCOUNT.CLOSING_INITIATED ACCOUNT.CLOSED'
            || ' ACCOUNT.LOCKED ACCOUNT.UPDATED ACCOUNT_GROUP.CREATED ACCOUNT_GROUP.ACTIVATED'
            || ' ACCOUNT_GROUP.CLOSING_INITIATED ACCOUNT_GROUP.CLOSED ACCOUNT_GROUP.LOCKED'
        ),
        ('Upvest status', 'PENDING_APPROVAL ACTIVE CLOSING CLOSED LOCKED'),
        ('Upvest account type', 'TRADING PORTFOLIO'),
        ('Upvest group type', 'PERSONAL LEGAL_ENTITY FRENCH_PEA ISA CHILD BUSINESS')
    ) as lists (what, names)

),

reported as (

    select 'journal status' as what, status_to as name, event_id, system_date from journal_states
    union all
    select
        coalesce(nullif(replace(kind, '_', ' '), ''), 'nameless') || ' status',
        status_to, event_id, system_date
    from transfer_states
    union all
    select 'account status', status_to, event_id, system_date from account_states
    union all
    select 'account status', crypto_status_to, event_id, system_date from account_states
    union all
    select 'admin action', type, event_id, system_date from admin_actions
    union all
    select 'offering event', verb, event_id, system_date from ipo_events
    union all
    select 'Upvest event', type, event_id, system_date from upvest_account_states
    union all
    select 'Upvest status', status, event_id, system_date from upvest_account_states
    union all
    select 'Upvest account type', account_type, event_id, system_date from upvest_account_states
    union all
    select 'Upvest event', type, event_id, system_date from upvest_group_states
    union all
    select 'Upvest event', type, event_id, system_date from upvest_other_events
    union all
    select 'Upvest status', status, event_id, system_date from upvest_group_states
    union all
    select 'Upvest group type', group_type, event_id, system_date from upvest_group_states

),

states as (

    select
        what,
        name,
        (what, name) in (select (what, name) from published) as is_known,
        count(distinct event_id) as events,
        list(distinct event_id order by event_id)[:20] as evidence
    from (select * replace (left(what, 60) as what, left(name, 60) as name) from reported) as reported
    where name is not null and system_date <= $system_date::date
    group by what, name

),

found as (

    select
        what || ' ' || name as subject,
        if(is_known, 'pass', 'break') as verdict,
        if(is_known, events::varchar, 'a published name') as expected,
        if(is_known, events::varchar, name) as actual,
        if(is_known, 0, events) as difference,
        if(is_known, []::varchar[], evidence) as evidence
    from states

),

verdicts as (

    select
        null::varchar as account_id,
        null::varchar as symbol,
        subject,
        verdict,
        expected,
        actual,
        difference::decimal(38, 9) as difference,
        'events' as unit,
        null::date as due_date,
        evidence
    from found

)

select * from verdicts
