-- title:    A closed account still holds something
-- severity: S1
-- scope:    all
-- reads:    accounts, account_map, positions_proof, cash_proof, activity_net_effects, calendar, movements
-- params:   system_date, trailing_days = 7
--
-- Both brokers close an account at zero: whoever it belonged to has been paid. So the books must
-- close with no shares and no cash in it; an account that is closed at Upvest is looked up at Alpaca
-- by the user's list. What takes it to zero may be booked with the closing: pending until the next
-- settlement day after it, a break from then on.
-- An issuer may still pay, or the broker still charge: where what trailed in within `trailing_days`
-- is all there is, it is within tolerance until then, and has to be taken out by a journal.
-- The evidence is what moved that balance, the last twenty as received.
-- Not evaluated: cash whose opening is not known.
-- Clears when the account is at zero, or is opened again.
with

ends as (

    select account_id, closed_on, 'Alpaca' as broker
    from accounts
    where broker = 'alpaca' and closed_on is not null and kind is distinct from 'firm'
    union all by name
    select account_map.account_id, accounts.closed_on, 'Upvest' as broker
    from accounts
    inner join account_map on account_map.upvest_account_id = accounts.account_id
    where accounts.broker = 'upvest' and accounts.closed_on is not null

),

closed as (

    select
        account_id,
        min(closed_on) as closed_on,
        string_agg(distinct broker, ' and ' order by broker) as brokers
    from ends
    group by account_id

),

balances as (

    select account_id, symbol as commodity, closing, 'shares' as unit, true as is_known
    from positions_proof
    union all by name
    select
        account_id, currency as commodity, closing, currency as unit,
        opening_is_known as is_known
    from cash_proof

),

trailed as (

    select account_id, symbol as commodity, 'shares' as unit, system_date, qty_delta as amount, contra
    from activity_net_effects
    union all by name
    select
        activity_net_effects.account_id, cash_proof.currency as commodity,
        cash_proof.currency as unit, system_date, cash_delta as amount, contra
    from activity_net_effects
    inner join cash_proof on cash_proof.account_id = activity_net_effects.account_id

),

left_over as (

    select
        closed.account_id,
        closed.closed_on,
        closed.brokers,
        balances.commodity,
        balances.closing,
        balances.unit,
        balances.is_known,
        calendar.next_settlement as due_date,
        coalesce((
            select sum(trailed.amount)
            from trailed
            where trailed.account_id = closed.account_id
                and trailed.commodity = balances.commodity
                and trailed.unit = balances.unit
                and trailed.system_date > closed.closed_on
                and trailed.system_date > $system_date::date - $trailing_days::int
                and regexp_matches(trailed.contra, '^(EXT:(ISSUER|TAX|REG|BROKER)|SUSP:CA)')
        ), 0) as brought
    from closed
    inner join balances on balances.account_id = closed.account_id
        and (balances.closing <> 0 or not balances.is_known)
    left join calendar on calendar.date = closed.closed_on

),

moves as (

    select account_id, coalesce(symbol, 'UNNAMED') as commodity, 'shares' as unit, event_id, receipt_order
    from movements
    where kind in ('execution', 'activity') and qty <> 0
    union by name
    select
        movements.account_id, cash_proof.currency as commodity, cash_proof.currency as unit,
        movements.event_id, movements.receipt_order
    from movements
    inner join cash_proof
        on cash_proof.account_id = movements.account_id
        and cash_proof.currency = coalesce(movements.currency, cash_proof.currency)
    where movements.kind in ('execution', 'activity') and movements.cash <> 0

),

moved as (

    select
        account_id, commodity, unit,
        list(event_id order by receipt_order desc, event_id)[1:20] as evidence
    from (
        select account_id, commodity, unit, event_id, max(receipt_order) as receipt_order
        from moves
        semi join left_over using (account_id, commodity, unit)
        group by account_id, commodity, unit, event_id
    ) as events
    group by account_id, commodity, unit

),

verdicts as (

    select
        left_over.account_id,
        left_over.commodity as symbol,
        unique_subject(
            left_over.account_id, left_over.commodity, 'balance after the closing', left_over.unit
        ) as subject,
        case
            when not is_known then 'not_evaluated'
            when closing = brought then 'within_tolerance'
            else 'break'
        end as verdict,
        '0 in an account closed at ' || brokers as expected,
        plain(closing) as actual,
        if(is_known, closing, null)::decimal(38, 9) as difference,
        left_over.unit,
        due_date,
        coalesce(moved.evidence, []) as evidence
    from left_over
    left join moved
        on moved.account_id = left_over.account_id
        and moved.commodity = left_over.commodity
        and moved.unit = left_over.unit
    union all by name
    select
        account_id,
        'balance after the closing' as subject,
        'pass' as verdict,
        '0 in an account closed at ' || brokers as expected,
        '0' as actual,
        0::decimal(38, 9) as difference,
        []::varchar[] as evidence
    from closed
    where account_id not in (select account_id from left_over)

)

select * from verdicts
