-- title:    An account bought crypto although it may not
-- severity: S2
-- scope:    account
-- reads:    restricted_fills, coverage
-- params:   none
--
-- Crypto is held under an agreement of its own: only an account whose crypto side is ACTIVE may buy
-- it, and none whose crypto trading the broker's staff disabled. Each purchase is held against both,
-- at the moment at which its order was placed; what was ordered before may still be filled, within
-- tolerance. A sale ends what is held, and the broker's staff may have to make it.
-- `not_evaluated`: the state of the crypto side, or the setting, was never reported, or does not allow it
-- at the fill and when the order was placed is not archived.
-- No row where the stream of account events is not read. Clears when the purchase is busted.
select
    account_id,
    symbol,
    'execution ' || execution_id || ' against ' || setting as subject,
    verdict,
    if(setting = 'crypto_status', 'crypto side ACTIVE', 'crypto not disabled') as expected,
    'bought ' || plain(qty) as actual,
    [execution_id] as evidence
from restricted_fills
where setting in ('disable_crypto', 'crypto_status')
    and exists (select 1 from coverage where coverage.stream = 'account_status')
