-- title:    The id of an event contradicts its time, or the order in which it came
-- severity: S2
-- scope:    all
-- reads:    publication_faults
-- params:   none
--
-- The nights follow a stream by the ids of its events, which begin with the time of publication. An
-- event that happened after its own publication, or that came after one of its account that was
-- published later, shows a wrong clock or a wrong merge at the broker: then what was asked for by id
-- may lack events, and positions after executions follow in another order than they happened.
-- TWO SECONDS: the copies of one event in the two versions of a stream differ by up to two seconds in
-- their `at` under one id, so that an event may be ahead of its id by that much.
-- An event that is far behind its id is right: it was booked late. Events of one millisecond have no
-- order, nor have those of two accounts. An id that is no ULID says nothing and is not counted.
-- One row for each stream counts the events that are right.
-- Clears only when somebody accepts it: what was received stays received.
with

verdicts as (

    select
        account_id,
        fault || ': ' || stream || ' ' || identity as subject,
        'break' as verdict,
        if(fault = 'out of order', 'published at ' || before_at || ' or later',
            'published at ' || event_at || ' or later') as expected,
        'published at ' || published_at as actual,
        [identity] as evidence
    from publication_faults
    where fault is not null
    union all by name
    select
        'stream ' || stream as subject,
        'pass' as verdict,
        events::varchar as expected,
        events::varchar as actual,
        []::varchar[] as evidence
    from publication_faults
    where fault is null

)

select * from verdicts
