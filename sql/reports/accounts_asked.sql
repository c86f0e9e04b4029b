-- Every account that is known on the night, what the broker said when asked for its balance, where
-- its cash begins in books that a statement opened, and which sources name it.
select
    account_id,
    answer,
    begins,
    array_to_string(list_sort(sources), ' ') as sources
from known_accounts
order by account_id
