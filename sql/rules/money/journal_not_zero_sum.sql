-- title:    The two sides of a journal do not sum to zero
-- severity: S1
-- scope:    journal
-- reads:    calendar, journal_accounts, books_after, journal_legs
-- params:   none
--
-- A journal moves cash or shares between two accounts of one broker, a customer's or the firm's:
-- what one gets the other gives, so per journal the amounts and per security the quantities sum to
-- zero, over two accounts. The legs are tied by the journal's id; older share journals print the
-- two accounts instead ('ID: one - other'), and are tied by those and the day. Where the id is
-- known both legs of a share journal have one price. Canceled and pending legs do not count.
-- The second leg may come later: pending until the next settlement day, then a break. A break: a
-- leg is missing, was booked twice, or has another amount. `not_evaluated`: the leg names no
-- journal. Legs are looked for in all that is archived, since one may lie before the books begin.
-- Clears when the missing leg is booked or the lonely one is canceled.
with

legs as (

    select
        activity_id, account_id, symbol, price, qty, net_amount, system_date,
        journal_id is not null as has_id,
        if(journal_id is null and try_cast(journal as date) is not null, null, journal) as journal,
        is_booked
    from journal_legs
    where is_booked or status = 'canceled'

),

journals as (

    select
        symbol,
        coalesce('journal ' || journal, 'activity ' || activity_id) as subject,
        min(journal) as journal,
        bool_and(journal is not null) as is_tied,
        coalesce(sum(net_amount) filter (where is_booked), 0) as cash,
        coalesce(sum(qty) filter (where is_booked), 0) as quantity,
        bool_and(has_id) and count(distinct price) filter (where is_booked) > 1 as has_two_prices,
        string_agg(distinct plain(price), ' and ') filter (where is_booked) as prices,
        count(distinct account_id) filter (where is_booked) as accounts,
        if(count(distinct account_id) = 1, min(account_id), null) as account_id,
        max(system_date) as last_date,
        list(activity_id order by activity_id) as evidence
    from legs
    group by subject, symbol
    having bool_or(is_booked)
        and max(system_date) > (select books_after.system_date from books_after)

),

verdicts as (

    select
        coalesce(journals.account_id, journal_accounts.account_id) as account_id,
        symbol,
        subject,
        case
            when not is_tied then 'not_evaluated'
            when cash = 0 and quantity = 0 and not has_two_prices and accounts > 1 then 'pass'
            else 'break'
        end as verdict,
        case
            when cash = 0 and quantity = 0 and has_two_prices then 'one price'
            when cash = 0 and quantity = 0 and accounts < 2 then 'two accounts'
            else '0'
        end as expected,
        case
            when cash = 0 and quantity = 0 and has_two_prices then prices
            when cash = 0 and quantity = 0 and accounts < 2 then accounts || ' account'
            else plain(if(cash = 0, quantity, cash))
        end || if(
            verdict = 'pass' or journals.account_id is not null, '',
            coalesce(', with ' || journal_accounts.others, '')
        ) as actual,
        if(cash = 0, quantity, cash)::decimal(38, 9) as difference,
        if(cash = 0, symbol, 'USD') as unit,
        calendar.next_settlement as due_date,
        evidence
    from journals
    left join calendar on calendar.date = journals.last_date
    left join journal_accounts on journal_accounts.journal = journals.journal

)

select * from verdicts
