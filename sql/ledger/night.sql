-- title: The night that the books are made for
select $system_date::date as system_date
