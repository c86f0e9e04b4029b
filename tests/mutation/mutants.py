"""Small wrongs of an SQL file: each is the file with one thing changed, for its fixture to notice.

Comments and texts in quotes are left alone. What does not bind is an error, and counts as noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SWAPS = (
    (r"<=", "<"),
    (r"(?<![<=>-])<(?![=>])", "<="),
    (r">=", ">"),
    (r"(?<![<=>-])>(?!=)", ">="),
    (r"(?<![<>=!:])=(?![>=])", "<>"),
    (r"<>", "="),
    (r"\bis distinct from\b", "is not distinct from"),
    (r"\bis not distinct from\b", "is distinct from"),
    (r"\bis null\b", "is not null"),
    (r"\bis not null\b", "is null"),
    (r"\bnot exists\b", "exists"),
    (r"(?<!between )\band\b", "or"),
    (r"\bor\b(?! replace)", "and"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bsum\(", "max("),
    (r"\bleft join\b", "inner join"),
    (r"\binner join\b", "left join"),
    (r"(?<=[a-z0-9_)]) - (?=[a-z(])", " + "),
    (r"(?<=[a-z0-9_)]) \+ (?=[a-z(])", " - "),
    (r"(?<=[(, ])-(?=[a-z(])", ""),
    (r"(?<=, )0(?=\))", "1"),
    (r"(?<=, )true(?=\))", "false"),
    (r"(?<=, )false(?=\))", "true"),
    (r"\b0\.(?=\d)", "10."),
    (r"(?<=[<>=] )(?=[1-9])", "1"),
)
BETWEEN = re.compile(r"\bbetween\b[^\n]*$")
KEYS = re.compile(r"partition by ([^\n()]+?)(?=\n| order by|\)| rows)")
DROPPED = re.compile(r"^ +and [^\n]+$", re.MULTILINE)
FILTER = re.compile(r"^ *where ([^\n]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """The SQL with the text at `line` changed from `before` to `after`."""

    line: int
    before: str
    after: str
    sql: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.before.strip()!r} -> {self.after.strip()!r}"


def mutants(sql: str) -> Iterator[Mutant]:
    """All of them, by place."""
    found = {(each.line, each.before, each.sql): each for each in _every(sql, _masked(sql))}
    yield from (found[key] for key in sorted(found))


def _every(sql: str, masked: str) -> Iterator[Mutant]:
    for pattern, after in SWAPS:
        for match in re.finditer(pattern, masked):
            if not (match[0] == "and" and BETWEEN.search(masked[: match.start()])):
                yield _mutant(sql, *match.span(), after)
    for match in KEYS.finditer(masked):
        keys = match[1].rstrip(",").split(", ")
        for place in range(len(keys)):
            rest = [*keys[:place], *keys[place + 1 :]] or ["true"]
            yield _mutant(sql, *match.span(1), ", ".join(rest))
    for match in DROPPED.finditer(masked):
        if masked.count("(", *match.span()) == masked.count(")", *match.span()):
            yield _mutant(sql, *match.span(), "")
    for match in FILTER.finditer(masked):
        if masked.count("(", *match.span(1)) == masked.count(")", *match.span(1)):
            yield _mutant(sql, *match.span(1), "true")


def _mutant(sql: str, begin: int, end: int, after: str) -> Mutant:
    line_begin, line_end = sql.rfind("\n", 0, begin) + 1, sql.find("\n", end)
    changed = sql[line_begin:begin] + after + sql[end:line_end]
    line = sql.count("\n", 0, begin) + 1
    return Mutant(line, sql[line_begin:line_end], changed, sql[:begin] + after + sql[end:])


def _masked(sql: str) -> str:
    """The SQL with comments and quoted texts made of blanks of the same length."""
    return re.sub(r"--[^\n]*|'[^'\n]*'", lambda match: "_" * len(match[0]), sql)
