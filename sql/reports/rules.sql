-- Per rule: how much it looked at, and what it found. A rule that saw nothing stands there with 0.
select
    rule_pack.rule,
    rule_pack.severity,
    count(verdicts.rule) as checked,
    count(*) filter (where verdicts.verdict = 'pass') as pass,
    count(*) filter (where verdicts.verdict = 'within_tolerance') as within_tolerance,
    count(*) filter (where verdicts.verdict = 'pending') as pending,
    count(*) filter (where verdicts.verdict = 'break') as break,
    count(*) filter (where verdicts.verdict = 'not_evaluated') as not_evaluated
from rule_pack
left join verdicts on verdicts.rule = rule_pack.rule
group by rule_pack.rule, rule_pack.severity
order by rule_pack.rule
