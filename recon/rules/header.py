"""Takes the text of a rule file, gives a Rule. Pure.

The header is four keys, always all, in order; then prose that says why the invariant must hold:

    -- title:    one sentence that finance reads in the CSV
    -- severity: S0 | S1 | S2 | S3
    -- reads:    tables, comma-separated
    -- params:   system_date, name = default, ... or none
    --
    -- prose
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recon.errors import ReconError

KEYS = ("title", "severity", "reads", "params")
SEVERITIES = ("S0", "S1", "S2", "S3")


class RuleError(ReconError):
    """A rule file breaks the contract of rules."""


@dataclass(frozen=True)
class Rule:
    """One invariant. `params` are names and default texts; None means the night gives it."""

    rule: str
    title: str
    severity: str
    reads: frozenset[str]
    params: Mapping[str, str | None]
    why: str
    sql: str


def parse_rule(rule: str, text: str) -> Rule:
    """Read a rule file; `rule` is its id, the path below `sql/rules`. Raises RuleError."""
    comments = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comments.append(line.removeprefix("--").strip())
    keys = dict(_key(rule, line, key) for line, key in zip(comments, KEYS, strict=False))
    if tuple(keys) != KEYS:
        raise _wrong(rule, "the four header keys " + ", ".join(KEYS), "a shorter header")
    why = " ".join(comments[len(KEYS) :]).strip()
    if keys["severity"] not in SEVERITIES or not why:
        raise _wrong(rule, "a severity S0 to S3 and prose that says why", keys["severity"])
    return Rule(
        rule=rule,
        title=keys["title"],
        severity=keys["severity"],
        reads=frozenset(name.strip() for name in keys["reads"].split(",")),
        params=_params(keys["params"]),
        why=why,
        sql=text,
    )


def _key(rule: str, line: str, key: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if name != key or not colon or not value.strip():
        raise _wrong(rule, f"`-- {key}: …`", f"`-- {line}`")
    return key, value.strip()


def _params(text: str) -> dict[str, str | None]:
    params: dict[str, str | None] = {}
    for item in [] if text == "none" else text.split(","):
        name, equals, default = item.partition("=")
        params[name.strip()] = default.strip() if equals else None
    return params


def _wrong(rule: str, expected: str, seen: str) -> RuleError:
    return RuleError(
        expected=expected,
        seen=seen,
        where=f"sql/rules/{rule}.sql",
        next_step="mend the header; `recon rules` shows what a good one gives",
    )
