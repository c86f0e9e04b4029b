-- title: The night that the books are made for
-- scope: all
-- columns:
--   system_date: the night that the books are as of
select $system_date::date as system_date
