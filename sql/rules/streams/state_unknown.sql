-- title:    The broker sent the name of a state that is not published
-- severity: S3
-- scope:    all
-- reads:    journal_states, transfer_states, account_states, admin_actions, ipo_events, upvest_account_states, upvest_group_states, upvest_other_events, order_events
-- params:   none
--
-- How orders, journals, transfers, banks, accounts, groups and offerings stand has names that the brokers
-- publish, and about one a fortnight is new. An event with another name is kept and shown as it
-- came, but no rule that judges by states knows what it means. It moves no money by itself.
-- Each name counts once, with the number of events that have it and the first twenty of them.
-- Clears when the name is added to the list in this rule, and to those rules that need it.
with

-- The names that both brokers publish, in the case the tables have them; EXECUTED of a transfer is
-- what the old stream wrote.
published_names as (

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
            'order status',
            'new partially_filled filled done_for_day canceled expired replaced pending_cancel'
            || ' pending_replace accepted pending_new accepted_for_bidding stopped rejected'
            || ' suspended calculated held'
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

reported_names as (

    select 'journal status' as what, status_to as name, event_id from journal_states
    union all by name
    select
        coalesce(nullif(replace(kind, '_', ' '), ''), 'nameless') || ' status' as what,
        status_to as name, event_id
    from transfer_states
    union all by name
    select 'account status' as what, status_to as name, event_id from account_states
    union all by name
    select 'account status' as what, crypto_status_to as name, event_id from account_states
    union all by name
    select 'order status' as what, status as name, event_id from order_events
    union all by name
    select 'admin action' as what, type as name, event_id from admin_actions
    union all by name
    select 'offering event' as what, verb as name, event_id from ipo_events
    union all by name
    select 'Upvest event' as what, type as name, event_id from upvest_account_states
    union all by name
    select 'Upvest status' as what, status as name, event_id from upvest_account_states
    union all by name
    select 'Upvest account type' as what, account_type as name, event_id
    from upvest_account_states
    union all by name
    select 'Upvest event' as what, type as name, event_id from upvest_group_states
    union all by name
    select 'Upvest event' as what, type as name, event_id from upvest_other_events
    union all by name
    select 'Upvest status' as what, status as name, event_id from upvest_group_states
    union all by name
    select 'Upvest group type' as what, group_type as name, event_id from upvest_group_states

),

-- What a text of any length is called fits on a line.
events_per_name as (

    select
        left(what, 60) as what,
        left(name, 60) as name,
        (left(what, 60), left(name, 60)) in (select (what, name) from published_names)
            as is_published,
        count(distinct event_id) as events,
        list(distinct event_id order by event_id)[:20] as evidence
    from reported_names
    where name is not null
    group by all

),

verdicts as (

    select
        what || ' ' || name as subject,
        if(is_published, 'pass', 'break') as verdict,
        if(is_published, events::varchar, 'a published name') as expected,
        if(is_published, events::varchar, name) as actual,
        if(is_published, 0, events)::decimal(38, 9) as difference,
        'events' as unit,
        if(is_published, [], evidence) as evidence
    from events_per_name

)

select * from verdicts
