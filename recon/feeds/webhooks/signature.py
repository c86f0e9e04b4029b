"""Proves who sent a webhook: HTTP message signatures as Upvest makes them. Pure.

Takes a request as it came, public keys and the time; raises Unproven, or all is well. A signature
is ECDSA over P-521 and SHA-512, in DER, as Upvest's published signers make it; RFC 9421 names no
algorithm for that curve. Draft 15 (and the RFC) quotes the names of the signed components; draft 6
as Upvest sends it to webhooks does not. Both are tried: no text can be read as both.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import http_sf
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey

LABEL = "sig1"
ALGORITHM = "ecdsa-p521-sha512"
CLOCK_SKEW_SECONDS = 60  # how far the sender's clock and this one may be apart
HASHES = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


class Unproven(Exception):
    """The request is not proven to be the broker's. The text says why, in one line."""


@dataclass(frozen=True)
class Request:
    """A request as it came: the path as sent, the query without `?`, names in lower case."""

    method: str
    path: str
    query: str
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Claim:
    """What a request says of its signature. `text` are the parameters as they were signed."""

    text: str
    components: tuple[str, ...]
    parameters: Mapping[str, Any]
    signature: bytes


def prove(
    request: Request, keys: Mapping[str, EllipticCurvePublicKey], now: int, max_age: int
) -> None:
    """Raise Unproven unless a holder of one of the keys signed this request, whole, just now.

    `now` is seconds since 1970, `max_age` seconds. A body must be covered by its digest: without
    that a signature would prove its headers only. A repeat within `max_age` is accepted, since
    events are archived by identity and content.
    """
    claim = claim_of(request)
    _check_dates(claim.parameters, now, max_age)
    if "@method" not in claim.components or not {"@path", "@target-uri"} & {*claim.components}:
        raise Unproven("the signature does not cover the method and the path")
    _check_digest(request, claim.components)
    _check_signature(request, claim, keys)


def claim_of(request: Request) -> Claim:
    """The one signature of a request. Raises Unproven where it has none, or more."""
    text = _labelled(request, "signature-input")
    try:
        ((items, parameters),) = _parsed(text, "list")
        ((signature, _),) = _parsed(_labelled(request, "signature"), "list")
        names = [name for name, options in items if isinstance(name, str) and not options]
    except (ValueError, TypeError) as error:
        raise Unproven("the headers of the signature cannot be read") from error
    if len(set(names)) != len(items) or not isinstance(signature, bytes):
        raise Unproven("the headers of the signature hold what is not understood")
    return Claim(text, tuple(names), parameters, signature)


def signature_base(request: Request, claim: Claim, quote: str) -> bytes:
    """The bytes that were signed; `quote` stands on both sides of every name."""
    lines = [(name, _component(request, name)) for name in claim.components]
    lines.append(("@signature-params", claim.text))
    return "\n".join(f"{quote}{name}{quote}: {value}" for name, value in lines).encode("latin-1")


def _labelled(request: Request, name: str) -> str:
    label, _, text = _header(request, name).partition("=")
    if label != LABEL:
        raise Unproven(f"expected {name}: {LABEL}=…, saw {label[:20]!r}")
    return text


def _parsed(text: str, kind: str) -> Any:
    """A structured field. Raises ValueError."""
    return http_sf.parse(text.encode("latin-1"), tltype=kind)


def _check_dates(parameters: Mapping[str, Any], now: int, max_age: int) -> None:
    created, expires = parameters.get("created"), parameters.get("expires", now)
    if type(created) is not int or type(expires) is not int:
        raise Unproven("the signature does not say when it was made")
    if created > now + CLOCK_SKEW_SECONDS:
        raise Unproven(f"the signature is of the future, by {created - now} s")
    if created < now - max_age or expires < now - CLOCK_SKEW_SECONDS:
        raise Unproven(f"the signature is stale, {now - created} s old")


def _check_digest(request: Request, components: Sequence[str]) -> None:
    covered = [name for name in ("digest", "content-digest") if name in components]
    if not covered and request.body:
        raise Unproven("the signature does not cover a digest of the body")
    for name in covered:
        try:
            digests = _digests(name, _header(request, name))
        except (ValueError, TypeError) as error:
            raise Unproven(f"the header {name} cannot be read") from error
        known = {hashed: digest for hashed, digest in digests.items() if hashed in HASHES}
        if not known:
            raise Unproven(f"the header {name} holds neither SHA-256 nor SHA-512")
        for hashed, digest in known.items():
            if HASHES[hashed](request.body).digest() != digest:
                raise Unproven(f"the body is not that of the header {name}")


def _digests(name: str, text: str) -> dict[str, bytes]:
    """Digests by the name of their hash: RFC 9530's, or the older `SHA-256=…`."""
    if name == "content-digest":
        return {hashed: value for hashed, (value, _) in _parsed(text, "dictionary").items()}
    parts = [part.strip().partition("=") for part in text.split(",")]
    return {
        hashed.lower(): base64.b64decode(value, validate=True)
        for hashed, _, value in parts
        if hashed.lower() in HASHES
    }


def _check_signature(
    request: Request, claim: Claim, keys: Mapping[str, EllipticCurvePublicKey]
) -> None:
    if claim.parameters.get("alg", ALGORITHM) != ALGORITHM:
        raise Unproven(f"expected the algorithm {ALGORITHM}")
    key = keys.get(str(claim.parameters.get("keyid")))
    if key is None:
        raise Unproven("the key of the signature is not known")
    for quote in ('"', ""):
        try:
            key.verify(
                claim.signature, signature_base(request, claim, quote), ECDSA(hashes.SHA512())
            )
        except InvalidSignature:
            continue
        return
    raise Unproven("the signature is not that of this request")


def _component(request: Request, name: str) -> str:
    """The value of one signed component. Raises Unproven for one the request does not have."""
    query = "?" + request.query
    match name:
        case "@method":
            return request.method
        case "@path":
            return request.path or "/"
        case "@query":
            return query
        case "@authority":
            return _authority(request)
        case "@target-uri":  # a webhook is delivered to https only; the proxy before us ends TLS
            return f"https://{_authority(request)}{request.path}{query if request.query else ''}"
    return _header(request, name)


def _authority(request: Request) -> str:
    return _header(request, "host").lower().removesuffix(":443")


def _header(request: Request, name: str) -> str:
    """A header's value, several joined. Raises Unproven where there is none."""
    values = [value.strip(" \t") for field, value in request.headers if field == name]
    if not values:
        raise Unproven(f"the request has no {name}")
    return ", ".join(values)
