-- title: What each state of each activity does, and what the state before it did
-- scope: account
-- reads: activity_states, activity_types, accounting_assumptions
-- columns:
--   is_counted: whether it is booked: neither memo nor canceled nor a mere reversal
--   state_before: the state whose effect it replaces
--
-- `executed` and `correct` count alike; `canceled` does not. `pending` and instant funding (MEM)
-- are memo only. The allow-list of types says whether the quantity is a share movement (a fee's
-- is not) and the amount is cash. What only takes back another activity does not count beside the
-- cancel that it brings about, nor what replaces one that was replaced before. A type that is not on the list counts with both, against
-- suspense: money is never dropped. Reads everything archived up to the night: a state before the
-- opening may be reversed after it.
with

chosen as (

    select
        max(value) filter (where assumption = 'opca_moves_cash') = 'true' as opca_is_cash,
        max(value) filter (where assumption = 'sweep_units_are_a_position') = 'false'
            as sweep_is_cash,
        max(value) filter (where assumption = 'canceled_nta_reverses') = 'true' as cancel_reverses,
        max(value) filter (where assumption = 'mirrored_correction_cancels') = 'true'
            as mirror_cancels
    from accounting_assumptions

),

typed as (

    select
        states.*,
        states.entry_type = 'INT' and states.entry_sub_type = 'SWP' and chosen.sweep_is_cash
            as is_sweep_cash,
        states.status = 'pending' or states.entry_type = 'MEM' as is_memo,
        is_booked(states.status)
        and coalesce(states.reversal_rank, 1) = 1
        and not (coalesce(states.is_exact_reversal, false) and chosen.mirror_cancels) as is_counted,
        coalesce(exact.moves_qty, whole.moves_qty, states.symbol is not null) as moves_qty,
        coalesce(exact.moves_cash, whole.moves_cash, true)
        or (states.entry_type = 'OPCA' and chosen.opca_is_cash) as moves_cash,
        coalesce(exact.corporate_action, whole.corporate_action, false) as corporate_action,
        coalesce(exact.contra, whole.contra, 'SUSP:UNCLASSIFIED') as contra
    from events.activity_states as states
    cross join chosen
    left join activity_types as exact
        on exact.entry_type = states.entry_type
        and exact.entry_sub_type = states.entry_sub_type
    left join activity_types as whole
        on whole.entry_type = states.entry_type and whole.entry_sub_type is null
    where states.system_date <= $system_date::date
        and states.changed
        and (
            states.status <> 'canceled'
            or chosen.cancel_reverses
            or states.corrected_by is not null
        )

),

-- The other side: which tax, which regulator, which service, which journal, which action.
opposed as (

    select
        * exclude (contra),
        coalesce(case
            when is_memo and entry_type = 'MEM' then 'MEMO:INSTANT:' || activity_id
            when is_memo then 'MEMO:PENDING:' || activity_id
            when contra = 'EXT:TAX' then 'EXT:TAX:' || case
                when entry_type in ('DIVNRA', 'INTNRA') then 'NRA'
                when entry_type in ('DIVTW', 'INTTW') then 'TW'
                when entry_type = 'INT' then entry_sub_type
                else 'WH'
            end
            when contra in ('EXT:REG', 'EXT:BROKER') then contra || ':' || case
                when entry_type = 'INT' then 'INT'
                else coalesce(entry_sub_type, entry_type)
            end
            when contra = 'SUSP:JNL' then 'SUSP:JNL:' || journal
            when contra in ('SUSP:CA', 'SUSP:OPT', 'SUSP:OPCA') then contra || ':' || group_key
            else contra
        end, 'SUSP:UNCLASSIFIED') as contra
    from typed

),

moved as (

    select
        * exclude (ca_leg),
        case
            when not (is_counted or is_memo) or is_sweep_cash then 0
            when moves_qty or (is_memo and entry_type = 'MEM' and symbol is not null) then qty
            else 0
        end::decimal(38, 9) as qty_delta,
        case
            when not (is_counted or is_memo) then 0
            when is_sweep_cash then qty
            when moves_cash or (is_memo and entry_type = 'MEM') then net_amount
            else 0
        end::decimal(38, 9) as cash_delta,
        case
            when qty < 0 then 'REMOVE'
            when qty > 0 and entry_type in ('SPIN', 'SSO') and symbol = source_symbol then 'RETURN'
            when qty > 0 then 'ADD'
            when net_amount <> 0 then 'CASH'
        end as ca_leg
    from opposed

)

select
    activity_id,
    state,
    status,
    account_id,
    symbol,
    entry_type,
    entry_sub_type,
    qty_delta,
    cash_delta,
    contra,
    is_memo,
    is_counted,
    moves_qty,
    corporate_action,
    ca_leg,
    price,
    price_dp,
    net_amount,
    currency,
    source_symbol,
    group_key,
    system_date,
    settle_date,
    event_at,
    receipt_order,
    lag(state) over states as state_before,
    lead(state) over states is null as is_last
from moved
window states as (partition by activity_id order by state)
