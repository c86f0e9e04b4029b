"""What is changed in an SQL file, and that a fixture which shows less notices less."""

from __future__ import annotations

import pytest

from tests.mutation.mutants import mutants

SQL = """-- where a = b and c
select min(a) as a, coalesce(b, 0) as b, 'x = y' as c
from executions
left join orders on orders.id = executions.id
where a between 1 and 2
    and b is null
"""


def test_each_small_wrong_is_made_once() -> None:
    """Neither comments nor texts are changed, nor the `and` of a range."""
    changes = {(each.line, each.after.strip()) for each in mutants(SQL)}
    assert changes == {
        (2, "select max(a) as a, coalesce(b, 0) as b, 'x = y' as c"),
        (2, "select min(a) as a, coalesce(b, 1) as b, 'x = y' as c"),
        (4, "inner join orders on orders.id = executions.id"),
        (4, "left join orders on orders.id <> executions.id"),
        (5, "where true"),
        (6, "or b is null"),
        (6, "and b is not null"),
        (6, ""),
    }


@pytest.mark.parametrize(
    ("window", "kept"),
    [("a, b order by c)", ["a order by c)", "b order by c)"]), ("a)", ["true)"])],
)
def test_a_key_of_a_partition_is_dropped(window: str, kept: list[str]) -> None:
    """Each in its turn; of the only one all rows are one partition."""
    sql = f"select x over (partition by {window}\n"
    found = {each.after.partition("partition by ")[2] for each in mutants(sql)}
    assert found == set(kept)
