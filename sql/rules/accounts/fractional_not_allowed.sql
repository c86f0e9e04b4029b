-- title:    An account bought a part of a share although it may not
-- severity: S2
-- scope:    account
-- reads:    restricted_fills, coverage
-- params:   none
--
-- Where fractional trading is disabled the account cannot create orders for parts of a share. So no
-- purchase of a quantity that is not whole, or for an amount of money that came to one, may be filled.
-- A sale is none of that: parts that corporate actions or earlier orders left may be sold. Nor is a
-- purchase that only covers. Where the order's quantity is archived it counts, not the fill's.
-- An order that was placed before the setting may still be filled: within tolerance.
-- `not_evaluated`: what the account was allowed is not known, or it was disabled at the fill and when
-- the order was placed is not archived. Crypto and options are not looked at. No row where the
-- stream of account events is not read. Clears when the purchase is busted.
select
    account_id,
    symbol,
    'execution ' || execution_id as subject,
    verdict,
    'fractional trading not disabled' as expected,
    'bought ' || plain(qty) as actual,
    [execution_id] as evidence
from restricted_fills
where setting = 'disable_fractional'
    and exists (select 1 from coverage where coverage.stream = 'account_status')
