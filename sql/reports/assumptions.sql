-- How the books read what the broker's documents leave open. `recon assumptions` says how many
-- accounts of a night's statement support each.
select
    assumption,
    value,
    default_value,
    reason
from accounting_assumptions
order by assumption
