"""Takes the text of a rule file, gives a Rule. Pure.

The header is five keys, always all, in order; then prose that says why the invariant must hold:

    -- title:    one sentence that finance reads in the CSV
    -- severity: S0 | S1 | S2 | S3
    -- scope:    account | symbol | journal | group | all
    -- reads:    tables, comma-separated
    -- params:   system_date, name = default, ... or none
    --
    -- prose
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from recon.errors import ReconError

KEYS = ("title", "severity", "scope", "reads", "params")
ALLOWED = {
    "severity": ("S0", "S1", "S2", "S3"),
    # Of what a verdict is made: of one account's rows alone, of those of several that hold one
    # symbol, share one journal or one group of a corporate action, or of everything.
    "scope": ("account", "symbol", "journal", "group", "all"),
}
# The subject of the break of a rule that could not judge everything, and what is said of it.
ITSELF, ITSELF_TITLE = "the rule itself", "The rule could not judge everything"


class RuleError(ReconError):
    """A rule file breaks the contract of rules."""


@dataclass(frozen=True)
class Rule:
    """One invariant. `params` are names and default texts; None means the night gives it."""

    rule: str
    title: str
    severity: str
    scope: str
    reads: frozenset[str]
    params: Mapping[str, str | None]
    why: str
    sql: str


def parse_rule(rule: str, text: str) -> Rule:
    """Read a rule file; `rule` is its id, the path below `sql/rules`. Raises RuleError with the
    line that is wrong."""
    comments = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comments.append(line.removeprefix("--").strip())
    keys = {}
    for number, key in enumerate(KEYS, start=1):
        line = comments[number - 1] if number <= len(comments) else ""
        keys[key] = _value(rule, number, line, key)
    for key, allowed in ALLOWED.items():
        if keys[key] not in allowed:
            line_number = KEYS.index(key) + 1
            raise _wrong(rule, line_number, "one of " + ", ".join(allowed), repr(keys[key]))
    why = " ".join(comments[len(KEYS) :]).strip()
    if not why:
        raise _wrong(rule, len(KEYS) + 2, "prose that says why the invariant must hold", "none")
    return Rule(
        rule=rule,
        title=keys["title"],
        severity=keys["severity"],
        scope=keys["scope"],
        reads=frozenset(name.strip() for name in keys["reads"].split(",")),
        params=_params(keys["params"]),
        why=why,
        sql=text,
    )


def _value(rule: str, number: int, line: str, key: str) -> str:
    name, colon, value = line.partition(":")
    if name != key or not colon or not value.strip():
        raise _wrong(rule, number, f"`-- {key}: …`", f"`-- {line}`" if line else "no such line")
    return value.strip()


def _params(text: str) -> dict[str, str | None]:
    params: dict[str, str | None] = {}
    for item in [] if text == "none" else text.split(","):
        name, equals, default = item.partition("=")
        params[name.strip()] = default.strip() if equals else None
    return params


def _wrong(rule: str, line: int, expected: str, seen: str) -> RuleError:
    return RuleError(
        expected=expected,
        seen=seen,
        where=f"sql/rules/{rule}.sql, line {line}",
        next_step="mend the header; `recon rules new AREA/FAULT` writes a good one",
    )
