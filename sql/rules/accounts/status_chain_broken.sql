-- title:    An account's status does not follow from the one before
-- severity: S3
-- scope:    account
-- reads:    account_states
-- params:   none
--
-- Events of one account come in order, and each says what its status was before. So that must be
-- the last status reported, and the step one that accounts take: an event was lost otherwise, or the
-- broker moved an account by hand. The status for crypto is a chain of its own: while only that
-- changes, the other is reported as going from itself to itself.
-- The first event that is archived may be a later step; what an event leaves out is not judged.
-- The broker publishes the statuses but no graph of them: `allowed` is what their descriptions
-- allow. `not_evaluated`: a status that is not among those.
-- Clears when the lost event is read, or when somebody accepts it.
with

allowed (status_from, status_to) as (

    select status_from, unnest(string_split(status_to, ' '))
    from (
        values
        (
            'ONBOARDING',
            'SUBMITTED SUBMISSION_FAILED ACTION_REQUIRED APPROVAL_PENDING APPROVED REJECTED'
            || ' INACTIVE ACCOUNT_CLOSED'
        ),
        (
            'SUBMITTED',
            'SUBMISSION_FAILED ACTION_REQUIRED APPROVAL_PENDING APPROVED REJECTED INACTIVE'
            || ' ACCOUNT_CLOSED'
        ),
        ('SUBMISSION_FAILED', 'ONBOARDING SUBMITTED ACTION_REQUIRED REJECTED ACCOUNT_CLOSED'),
        (
            'ACTION_REQUIRED',
            'SUBMITTED APPROVAL_PENDING APPROVED REJECTED ACTIVE ACCOUNT_UPDATED INACTIVE'
            || ' ACCOUNT_CLOSED'
        ),
        (
            'APPROVAL_PENDING',
            'SUBMITTED ACTION_REQUIRED APPROVED REJECTED ACTIVE INACTIVE ACCOUNT_CLOSED'
        ),
        (
            'APPROVED',
            'ACTIVE ACTION_REQUIRED APPROVAL_PENDING ACCOUNT_UPDATED REJECTED INACTIVE'
            || ' ACCOUNT_CLOSED'
        ),
        ('ACTIVE', 'ACCOUNT_UPDATED ACTION_REQUIRED APPROVAL_PENDING INACTIVE ACCOUNT_CLOSED'),
        (
            'ACCOUNT_UPDATED',
            'ACTIVE APPROVED ACTION_REQUIRED APPROVAL_PENDING REJECTED INACTIVE ACCOUNT_CLOSED'
        ),
        (
            'INACTIVE',
            'ONBOARDING SUBMITTED ACTION_REQUIRED APPROVAL_PENDING APPROVED ACTIVE ACCOUNT_CLOSED'
        ),
        ('REJECTED', 'SUBMITTED ACTION_REQUIRED APPROVAL_PENDING APPROVED ACCOUNT_CLOSED'),
        ('ACCOUNT_CLOSED', 'ACCOUNT_CLOSED')
    ) as steps (status_from, status_to)

),

states as (

    select
        account_id, 'status' as chain, step, status_from, status_to, event_id
    from account_states
    where status_to is not null
    union all by name
    select
        account_id, 'crypto status' as chain, step, crypto_status_from as status_from,
        crypto_status_to as status_to, event_id
    from account_states
    where crypto_status_to is not null

),

steps as (

    select *, lag(status_to) over (partition by account_id, chain order by step) as before
    from states

),

steps_with_verdict as (

    select
        *,
        case
            when status_from <> before then 'break'
            when status_from is null or status_from = status_to then 'pass'
            when (status_from, status_to) in (select (status_from, status_to) from allowed)
                then 'pass'
            when status_from in (select status_from from allowed)
                and status_to in (select status_from from allowed)
                then 'break'
            else 'not_evaluated'
        end as verdict
    from steps

),

verdicts as (

    select
        account_id,
        chain || ' of event ' || event_id as subject,
        verdict,
        case when status_from <> before then 'from ' || before else 'a step that there is' end
            as expected,
        'from ' || status_from || ' to ' || status_to as actual,
        [event_id] as evidence
    from steps_with_verdict
    where verdict <> 'pass'
    union all by name
    select
        account_id,
        'statuses' as subject,
        'pass' as verdict,
        'a chain' as expected,
        'a chain' as actual,
        []::varchar[] as evidence
    from steps_with_verdict
    group by account_id
    having count(*) filter (where verdict <> 'pass') = 0

)

select * from verdicts
