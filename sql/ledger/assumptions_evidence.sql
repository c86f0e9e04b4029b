-- title: Which accounting assumptions the night's statement supports
-- scope: all
-- reads: accounting_assumptions, activity_entries, activity_states, execution_effects, positions_proof, cash_proof, account_currencies, evidence_cost_method, evidence_effective_date
-- columns:
--   supports: accounts, positions or executions that agree with it
--   contradicts: those that agree with another value
--   undecided: those that agree with neither
--
-- `delta` is what the other value of an assumption would add to a closing. An account where that is
-- not zero supports the assumption if its proofs hold as they are, contradicts it if they would hold
-- with the delta, and is undecided otherwise: by another break, or without a statement. Beside the
-- accounts stand the positions that tell the cost method, and the executions that tell when an
-- action counts. `instead`: the value that what contradicts would hold with, most often.
with

counted as (

    select activity_entries.*
    from activity_entries
    semi join activity_states
        on activity_states.activity_id = activity_entries.activity_id
        and activity_states.state = activity_entries.state
    where activity_entries.is_counted

),

canceled as (

    select activity_id, state
    from activity_states
    where changed and corrected_by is null
    qualify row_number() over (partition by activity_id order by state desc) = 1
        and status = 'canceled'

),

kept as (

    select counted.*
    from counted
    inner join canceled
        on canceled.activity_id = counted.activity_id and counted.state < canceled.state
    qualify row_number() over (partition by counted.activity_id order by counted.state desc) = 1

),

-- What an exact opposite took back, once more.
reversals as (

    select activity_entries.*
    from activity_entries
    inner join activity_states as own
        on own.previous_id = activity_entries.activity_id and own.is_exact_reversal
    where activity_entries.is_counted
        and is_booked(own.status)
    qualify row_number() over (
        partition by own.activity_id order by activity_entries.state desc
    ) = 1

),

-- As the other value of each would have it, from the default to the other.
moved as (

    select
        'opca_moves_cash' as assumption, account_id, null as symbol, 0 as qty, net_amount as cash
    from counted
    where is_last and entry_type = 'OPCA'
    union all
    select
        'sweep_units_are_a_position', account_id, symbol,
        -(qty_delta + cash_delta), qty_delta + cash_delta
    from counted
    where is_last and entry_type = 'INT' and entry_sub_type = 'SWP'
    union all
    select 'canceled_nta_reverses', account_id, symbol, qty_delta, cash_delta
    from kept
    union all
    select
        'mirrored_correction_cancels', reversals.account_id, reversals.symbol,
        -reversals.qty_delta, -reversals.cash_delta
    from reversals
    union all
    select
        'fill_cash_rounding', account_id, null, 0,
        sign(new_cash) * (
            qty * price * multiplier - (qty * price * multiplier) % minor_unit(minor_units)
            - round_money(qty * price * multiplier, minor_units)
        )
    from execution_effects
    where new_qty <> 0 and new_cash is not null and reversed_by is null

),

turned as (

    select moved.*, if(chosen.value = chosen.default_value, 1, -1) as direction
    from moved
    inner join accounting_assumptions as chosen on chosen.assumption = moved.assumption

),

deltas as (

    select
        assumption, account_id, symbol as commodity, sum(direction * qty) as delta, true as is_qty
    from turned
    group by assumption, account_id, symbol
    having sum(qty) <> 0
    union all
    select turned.assumption, turned.account_id, account_currencies.currency,
        sum(direction * cash), false
    from turned
    inner join account_currencies on account_currencies.account_id = turned.account_id
    group by turned.assumption, turned.account_id, account_currencies.currency
    having sum(cash) <> 0

),

compared as (

    select
        deltas.assumption,
        deltas.account_id,
        bool_and(coalesce(positions.difference, cash.difference) = 0) as holds,
        bool_and(coalesce(positions.difference, cash.difference) = deltas.delta) as other_holds
    from deltas
    left join positions_proof as positions
        on deltas.is_qty
        and positions.account_id = deltas.account_id
        and positions.symbol = deltas.commodity
    left join cash_proof as cash
        on not deltas.is_qty
        and cash.account_id = deltas.account_id
        and cash.currency = deltas.commodity
    group by deltas.assumption, deltas.account_id

),

every_one as (

    select
        compared.assumption,
        compared.account_id,
        compared.holds,
        case when compared.other_holds
        then list_filter(chosen.choices, lambda choice: choice <> chosen.value)[1] end as instead
    from compared
    inner join accounting_assumptions as chosen on chosen.assumption = compared.assumption
    union all by name
    select assumption, account_id, holds, instead from evidence_cost_method
    union all by name
    select assumption, account_id, holds, instead from evidence_effective_date

)

select
    chosen.assumption,
    chosen.value,
    count(*) filter (where every_one.holds) as supports,
    count(*) filter (where every_one.instead is not null and not every_one.holds) as contradicts,
    count(every_one.account_id) - supports - contradicts as undecided,
    mode(every_one.instead order by every_one.instead) filter (where not every_one.holds) as instead
from accounting_assumptions as chosen
left join every_one on every_one.assumption = chosen.assumption
group by chosen.assumption, chosen.value
