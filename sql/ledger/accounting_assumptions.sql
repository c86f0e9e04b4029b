-- title: How the books read what the broker's documents leave open
-- scope: all
-- reads: assumption_choices
-- columns:
--   default_value: the value that holds if none is chosen
--   choices: the values that there are
--   reason: why the default is what it is
--
-- One row per assumption: the value in force, the default and its reason. Another value comes in
-- through `assumption_choices`. `assumptions_evidence` says which value the night's proofs support.
with

known (assumption, default_value, choices, reason) as (

    values
    (
        'opca_moves_cash', 'false', ['false', 'true'],
        'an OPCA leg prints the notional of the contract; no document says that it is paid'
    ),
    (
        'sweep_units_are_a_position', 'true', ['true', 'false'],
        'INT/SWP sends units of SWEEPFDIC with a net amount of 0; false: 1.00 of cash per unit'
    ),
    (
        'corporate_actions_at', 'beginning_of_day', ['beginning_of_day', 'as_sent'],
        'legs are sent the evening before their system date, which is when positions change'
    ),
    (
        'fill_cash_rounding', 'half_up_per_execution',
        ['half_up_per_execution', 'down_per_execution'],
        'the published fills and coupons that can tell the modes apart are rounded half-up'
    ),
    (
        'canceled_nta_reverses', 'true', ['true', 'false'],
        'a canceled activity must not count; the stream shows a cancel by the same id only'
    ),
    (
        'mirrored_correction_cancels', 'true', ['true', 'false'],
        'whether a cancel repeats the amounts with the opposite sign is not documented'
    ),
    (
        'cost_method', 'average', ['average', 'compressed_fifo'],
        'avg_entry_price: average within a day, compressed_fifo from the next morning on'
    )

)

select
    known.assumption,
    coalesce(assumption_choices.value, known.default_value) as value,
    known.default_value,
    known.choices,
    known.reason
from known
left join assumption_choices on assumption_choices.assumption = known.assumption
