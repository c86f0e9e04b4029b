-- Every account there is, whether it holds anything or not, and the currency of its cash.
select account_id, currency
from account_currencies
where $day is not null
order by account_id
