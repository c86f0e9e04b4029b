-- title:    Something was traded or moved under a symbol that has been changed
-- severity: S2
-- scope:    symbol
-- reads:    corporate_action_groups, executions, activities_to_date
-- params:   days = 7
--
-- After a name change the old symbol is nobody's: what is traded or transferred under it is in no
-- position that the broker's statement has, and the new symbol lacks it. Judged for seven days after
-- its last leg, since another company may take a free symbol later on. The day of the change itself
-- belongs to both, and a fill counts by the day of its execution, however late it is reported.
-- Busts and corrections name the symbol of their execution, dividends the one of their record date,
-- and late legs of the same change both: none of these is looked at, only fills and the transfers of
-- shares between accounts and brokers. A split keeps its symbol, so the symbol cannot tell it.
-- Clears when the execution or transfer is booked anew under the new symbol.
with

changes as (

    select symbol as old_symbol, min(new_symbol) as new_symbol, max(last_date) as changed_on,
        first(evidence order by evidence) as legs
    from corporate_action_groups
    where legs_of = 'archive' and entry_type = 'NC' and symbol <> new_symbol
    group by symbol

),

moves as (

    select symbol, trade_date as moved_on, execution_id as identity
    from executions
    where event in ('fill', 'partial_fill')
    union all by name
    select symbol, system_date as moved_on, activity_id as identity
    from activities_to_date
    where in_books and is_booked and previous_id is null and qty <> 0
        and entry_type in ('JNLS', 'ACATS', 'FOPT')

),

later_moves as (

    select
        changes.old_symbol,
        count(*) as number,
        list(moves.identity order by moves.moved_on, moves.identity)[1:20] as evidence
    from changes
    inner join moves
        on moves.symbol = changes.old_symbol
        and moves.moved_on > changes.changed_on
        and moves.moved_on <= changes.changed_on + $days::integer
    group by changes.old_symbol

),

verdicts as (

    select
        changes.old_symbol as symbol,
        'name change to ' || changes.new_symbol as subject,
        if(later_moves.number is null, 'pass', 'break') as verdict,
        'nothing under ' || changes.old_symbol as expected,
        coalesce(later_moves.number || ' under ' || changes.old_symbol,
            'nothing under ' || changes.old_symbol) as actual,
        coalesce(later_moves.number, 0)::decimal(38, 9) as difference,
        'events' as unit,
        changes.legs || coalesce(later_moves.evidence, []) as evidence
    from changes
    left join later_moves on later_moves.old_symbol = changes.old_symbol

)

select * from verdicts
