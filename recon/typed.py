"""Makes a dataclass of what JSON holds, and refuses values of other types than its fields have."""

from __future__ import annotations

import functools
import typing
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from typing import Any, TypeVar, cast

Made = TypeVar("Made")
BARE = (str, int, bool)


def typed(made: type[Made], values: Mapping[str, Any]) -> Made:
    """The dataclass with those values. Raises TypeError for an absent or unknown field, and for a
    value of another type: a number in quotes is a text, and true is no number."""
    fields = _fields(cast("Any", made))
    for name, value in values.items():
        if name in fields:
            fit(value, fields[name], name)
    return made(**values)


def fit(value: Any, kind: Any, name: str) -> None:
    """Raises TypeError where a value is not of that type, nor all that it holds."""
    held = typing.get_origin(kind) or kind
    if is_dataclass(kind):
        return
    if held in BARE:
        is_right, parts = type(value) is held, []
    elif issubclass(held, Mapping):
        is_right = isinstance(value, Mapping)
        parts = [*value.values()] if is_right else []
    elif issubclass(held, Sequence):
        is_right = isinstance(value, list | tuple)
        parts = [*value] if is_right else []
    else:
        is_right, parts = isinstance(value, held), []
    if not is_right:
        raise TypeError(f"{name}: expected {held.__name__}, saw {value!r}")
    for part in parts:
        fit(part, typing.get_args(kind)[0 if held is tuple else -1], name)


@functools.cache
def _fields(made: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(made)
