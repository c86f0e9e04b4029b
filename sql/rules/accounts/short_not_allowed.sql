-- title:    An account sold short what it may not
-- severity: S2
-- scope:    account
-- reads:    restricted_fills, coverage
-- params:   none
--
-- Who is short owes shares that he has to buy back at any price, and the broker's partner stands for
-- him. So a sale may leave an account short only where its shorting is not disabled, and never short
-- of a part of a share: parts cannot be borrowed. A part may be left by a corporate action, so a
-- sale of whole shares of one that is short already is right.
-- The position is the one that the broker reports after the fill. An order that was placed before
-- shorting was disabled may still be filled: within tolerance. The reference page says in one
-- place that `false` disables and in another `true`; the name and the later schema say `true`.
-- `not_evaluated`: what the account was allowed is not known, or shorting was disabled at the fill and
-- when the order was placed is not archived.
-- Options written are not looked at: the options level speaks of them. No row where the stream of
-- account events is not read. Clears when the sale is busted.
with

sales as (

    select
        *,
        coalesce(
            position_qty % 1 <> 0 and (position_qty + qty > 0 or qty % 1 <> 0), qty % 1 <> 0
        ) as is_part
    from restricted_fills
    where setting = 'disable_shorting'
        and exists (select 1 from coverage where coverage.stream = 'account_status')

)

select
    account_id,
    symbol,
    'execution ' || execution_id as subject,
    if(is_part, 'break', verdict) as verdict,
    if(is_part, 'whole shares', 'shorting not disabled') as expected,
    coalesce('position ' || plain(position_qty), side || ' ' || plain(qty)) as actual,
    [execution_id] as evidence
from sales
