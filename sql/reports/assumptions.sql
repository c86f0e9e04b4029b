-- How the books read what the broker's documents leave open, and how many accounts of the night's
-- statement (cost_method: positions, corporate_actions_at: executions) support it, contradict it
-- in favour of another value, or leave it open.
select
    chosen.assumption,
    chosen.value,
    evidence.supports,
    evidence.contradicts,
    evidence.undecided,
    evidence.instead,
    chosen.default_value,
    chosen.reason
from accounting_assumptions as chosen
inner join assumptions_evidence as evidence on evidence.assumption = chosen.assumption
order by chosen.assumption
