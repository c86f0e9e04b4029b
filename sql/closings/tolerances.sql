-- How much each rule checked on the night, and on the nights before it, and found within tolerance, for
-- the rule that asks whether a tolerance is used more and more.
select system_date, rule, checked, within_tolerance
from earlier_tolerances
where system_date < $day and system_date > $day - 60
union all
select
    $day as system_date,
    rule,
    count(*) as checked,
    count(*) filter (where verdict = 'within_tolerance') as within_tolerance
from verdicts
where verdict in ('pass', 'within_tolerance', 'break')
group by rule
order by system_date, rule
