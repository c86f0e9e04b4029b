-- title:    A contract swap changed what the contracts are worth at their strike
-- severity: S2
-- scope:    symbol
-- reads:    activities, contract_multipliers
-- params:   none
--
-- An adjustment leaves strike times quantity times multiplier as it was, since nobody may gain by
-- it: a split of ten makes ten contracts at a tenth of the strike, a stock dividend of three per
-- cent a multiplier of 103 and a lower strike; reverse splits, mergers, name changes and spin-offs
-- keep all three and change what is delivered, so that another strike or quantity of theirs is a
-- break even at the same worth. The new strike is rounded to the cent: half a cent for each share
-- is within tolerance. Where the broker prints the ratio, the strike must have it.
-- A cash dividend lowers the strike by itself, or leaves it and adds cash to the delivery. Which
-- dividend that was is in the details of the activity stream, or in a dividend of the underlying
-- from ten days before to sixty after; without one a strike that rises, or falls by more than half
-- of itself, is a break, and any other is `not_evaluated`. So is an adjustment by hand (CADJ) that
-- changes the worth, and one whose multiplier is not known.
-- Several contracts of one action and account are paired by the order of their strikes.
-- A break clears when the legs are booked anew.
with

legs as (

    select
        activities.*,
        regexp_extract(
            activities.symbol, '^(.+?)(\d?)\d{6}[CP](\d{8})$', ['underlying', 'digit', 'strike']
        ) as contract,
        contract_multipliers.multiplier as known_multiplier
    from activities
    left join contract_multipliers on contract_multipliers.symbol = activities.symbol
    where activities.entry_type = 'OPCA'
        and is_booked(activities.status)
        and activities.ca_leg in ('REMOVE', 'ADD')

),

contracts as (

    select
        account_id,
        group_key,
        ca_leg,
        symbol,
        contract,
        -- In thousandths of a dollar, as the symbol prints it.
        try_cast(contract.strike as bigint) as strike,
        if(contract.digit = '', 100, max(known_multiplier)) as multiplier,
        max(entry_sub_type) as kind,
        abs(sum(qty))::decimal(38, 9) as qty,
        max(rate) as rate,
        max(exchange_rate) as new_rate,
        max(old_rate) as old_rate,
        max(system_date) as booked_on,
        list(activity_id order by activity_id) as evidence
    from legs
    group by account_id, group_key, ca_leg, symbol, contract

),

ranked_contracts as (

    select
        *,
        row_number() over (
            partition by account_id, group_key, ca_leg order by strike, symbol
        ) as strike_rank,
        count(*) over (partition by account_id, group_key, ca_leg) as legs
    from contracts
    where strike is not null

),

pairs as (

    select
        old.*,
        new.symbol as new_symbol,
        new.strike as new_strike,
        new.qty as new_qty,
        new.multiplier as new_multiplier,
        new.contract.digit <> '' as is_adjusted,
        old.evidence || new.evidence as swap_events,
        coalesce(old.rate, new.rate) as printed,
        case
            when old.kind = 'DIV.SDIV' then coalesce(old.rate, new.rate)
            when old.kind = 'SPLIT.FSPLIT' then coalesce(old.new_rate, new.new_rate)
        end as grows_by,
        case
            when old.kind = 'DIV.SDIV' then 1
            else coalesce(old.old_rate, new.old_rate)
        end as grows_from,
        old.kind in ('DIV.CDIV', 'DIV.ROC', 'CGD') as is_cash,
        old.kind in ('NC.SNC', 'NC.CNC', 'NC.SCNC', 'SPIN', 'MA.SMA', 'SPLIT.RSPLIT')
            as keeps_terms
    from ranked_contracts as old
    inner join ranked_contracts as new
        on new.account_id = old.account_id
        and new.group_key = old.group_key
        and new.strike_rank = old.strike_rank
        and new.legs = old.legs
        and new.ca_leg = 'ADD'
    where old.ca_leg = 'REMOVE'

),

dividends as (

    select
        pairs.account_id,
        pairs.group_key,
        pairs.strike_rank,
        bool_or(dividend.rate * 1000 = pairs.strike - pairs.new_strike) as fits
    from pairs
    inner join activities as dividend
        on dividend.symbol = pairs.contract.underlying
        and dividend.system_date between pairs.booked_on - 10 and pairs.booked_on + 60
    where pairs.is_cash and dividend.entry_type in ('DIV', 'CGD')
    group by pairs.account_id, pairs.group_key, pairs.strike_rank

),

worths as (

    select
        pairs.*,
        dividends.fits,
        try(abs(
            new_strike * new_qty * new_multiplier
            - (strike - if(is_cash, coalesce(printed * 1000, 0), 0)) * qty * multiplier
        )) as apart,
        try(5 * new_qty * new_multiplier) as half_cents,
        coalesce(
            new_strike <> strike
            and try(abs(new_strike * grows_by - strike * grows_from) > 5 * grows_by),
            false
        ) as has_other_ratio
    from pairs
    left join dividends
        on dividends.account_id = pairs.account_id
        and dividends.group_key = pairs.group_key
        and dividends.strike_rank = pairs.strike_rank

),

verdicts as (

    select
        account_id,
        symbol,
        concat_ws(' ', 'swap of', symbol, 'in', group_key) as subject,
        case
            when new_strike = strike and new_qty = qty
                and coalesce(new_multiplier = multiplier, true)
                and (not is_cash or is_adjusted) then 'pass'
            when is_cash and new_qty <> qty then 'break'
            when keeps_terms and (new_strike <> strike or new_qty <> qty) then 'break'
            when is_cash and printed is null then case
                when fits then 'pass'
                when new_strike > strike or 2 * new_strike < strike then 'break'
                else 'not_evaluated'
            end
            when has_other_ratio then 'break'
            when apart is null then 'not_evaluated'
            when apart = 0 then 'pass'
            when apart <= half_cents then 'within_tolerance'
            when kind = 'CADJ' then 'not_evaluated'
            else 'break'
        end as verdict,
        concat_ws(' ', plain(qty), 'at', plain(strike * 0.001), 'for', multiplier,
            'less ' || plain(if(is_cash, printed, null)), 'times ' || plain(grows_by))
            as expected,
        concat_ws(' ', plain(new_qty), 'at', plain(new_strike * 0.001), 'for', new_multiplier)
            as actual,
        try((new_strike * new_qty * new_multiplier - strike * qty * multiplier) * 0.001)
            ::decimal(38, 9) as difference,
        'USD' as unit,
        swap_events as evidence
    from worths

)

select * from verdicts
