"""The published schemas, as validators; and where a payload breaks one."""

from __future__ import annotations

import datetime
import functools
import json
import re
import uuid
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DATA = Path(__file__).parents[2] / "data"
Deviation = tuple[str, str, str]  # schema, field, broken keyword

FORMATS = jsonschema.FormatChecker(())


@FORMATS.checks("uuid", raises=ValueError)
def is_uuid(text: object) -> bool:
    """RFC 4122 in its usual writing."""
    return not isinstance(text, str) or str(uuid.UUID(text)) == text


@FORMATS.checks("date", raises=ValueError)
def is_date(text: object) -> bool:
    """YYYY-MM-DD."""
    return not isinstance(text, str) or datetime.date.fromisoformat(text).isoformat() == text


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(text: object) -> bool:
    """RFC 3339 with up to nine decimals, here always in UTC."""
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"
    return not isinstance(text, str) or re.fullmatch(pattern, text) is not None


@FORMATS.checks("ulid")
def is_ulid(text: object) -> bool:
    """26 Crockford letters that fit 128 bits."""
    pattern = r"[0-7][0-9A-HJKMNP-TV-Z]{25}"
    return not isinstance(text, str) or re.fullmatch(pattern, text) is not None


@FORMATS.checks("decimal", raises=InvalidOperation)
def is_decimal(number: object) -> bool:
    """A finite number."""
    return not isinstance(number, str) or Decimal(number).is_finite()


@functools.cache
def validator_of(schema: str) -> jsonschema.Draft202012Validator:
    """A validator for one of the published schemas, with the references resolved."""
    excerpt = DATA / "schema" / "broker-openapi-excerpt.yaml"
    document: Any = yaml.load(excerpt.read_text("utf-8"), yaml.CSafeLoader)
    resource = DRAFT202012.create_resource(document)
    registry: Any = Registry().with_resource("excerpt", resource)
    return jsonschema.Draft202012Validator(
        {"$ref": f"excerpt#/components/schemas/{schema}"},
        registry=registry,
        format_checker=FORMATS,
    )


def deviations(schema: str, text: str) -> set[Deviation]:
    """Where a payload breaks its published schema."""
    payload = json.loads(text, parse_float=Decimal)
    return {
        (schema, ".".join(str(part) for part in broken.absolute_path), str(broken.validator))
        for broken in validator_of(schema).iter_errors(payload)
    }
