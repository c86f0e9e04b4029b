-- title:    A rule's tolerance is used much more than before
-- severity: S3
-- scope:    all
-- reads:    earlier_tolerances
-- params:   recent_nights = 5, earlier_nights = 10, within_min = 10, times = 3
--
-- A tolerance is for what rounding and the documents leave open, and rounding does not change. Where
-- the share of `within_tolerance` among what a rule judged grows, something is wrong in small pieces
-- that are each allowed: a rate that is off by little, a price that has lost digits.
-- A break where on each of the last `recent_nights` nights at least `within_min` things were within
-- tolerance, and their share was more than `times` that of all nights before, and five hundredths.
-- The night itself is not among them, since its rules are still being judged: it counts from the next
-- night on. What the rule could not judge, or still awaits, counts for neither.
-- A rule with fewer than `earlier_nights` nights before those has no row yet.
-- Clears when the share falls, or when it has lasted long enough to be usual; then the rule's bound is
-- to be looked at.
with

ranked as (

    select
        *,
        row_number() over (partition by rule order by system_date desc) <= $recent_nights::int
            as is_recent
    from earlier_tolerances
    where checked > 0

),

before as (

    select
        rule,
        count(*) filter (where not is_recent) as nights,
        coalesce(sum(checked) filter (where not is_recent), 0) as checked,
        coalesce(sum(within_tolerance) filter (where not is_recent), 0) as within_tolerance
    from ranked
    group by rule

),

recent as (

    select
        ranked.rule,
        sum(ranked.checked) as checked,
        sum(ranked.within_tolerance) as within_tolerance,
        bool_and(
            ranked.within_tolerance >= $within_min::int
            and 20 * ranked.within_tolerance * before.checked
            > 20 * $times::int * before.within_tolerance * ranked.checked
            + ranked.checked * before.checked
        ) as is_more
    from ranked
    inner join before on before.rule = ranked.rule
    where ranked.is_recent
    group by ranked.rule

),

verdicts as (

    select
        'tolerance of ' || recent.rule as subject,
        if(recent.is_more, 'break', 'pass') as verdict,
        before.within_tolerance || ' of ' || before.checked || ' on ' || before.nights
        || ' nights before' as expected,
        recent.within_tolerance || ' of ' || recent.checked || ' on the last '
        || $recent_nights as actual,
        []::varchar[] as evidence
    from recent
    inner join before on before.rule = recent.rule
    where before.nights >= $earlier_nights::int

)

select * from verdicts
