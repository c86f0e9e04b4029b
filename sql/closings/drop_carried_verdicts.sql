-- A verdict that rests on activities from before the beginning alone was given when they were new;
-- here the rule did not see all that belongs to them. Rules on balances saw all there is.
with

before_the_beginning as (

    select identity from events.carried
    except
    select activity_id
    from events.activity_states
    where system_date > (select max(system_date) from events.opening)

),

named as (

    select rowid as verdict, unnest(evidence) as identity
    from main.verdicts
    where not list_contains($on_balances, rule)

),

given_before as (

    select named.verdict
    from named
    left join before_the_beginning on before_the_beginning.identity = named.identity
    group by named.verdict
    having count(*) = count(before_the_beginning.identity)

)

delete from main.verdicts
where rowid in (select verdict from given_before)
