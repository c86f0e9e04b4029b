"""Signatures that others made, and what holds at the edges of time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from recon.feeds.webhooks.keys import parse_keys
from recon.feeds.webhooks.signature import Request, Unproven, claim_of, prove, signature_base
from tests.test_shape import ROOT
from tests.webhook.signing import DRAFTS, KID, Signer, jwks

VECTORS = json.loads((ROOT / "tests/webhook/vectors.json").read_text())
UPVEST = VECTORS["upvest"]
NOW = 1_781_568_000
BODY = b'{"id": "a"}'
SIGNER = Signer()
KEYS = parse_keys(jwks(SIGNER), "here")


def of_upvest(draft: str, **changed: Any) -> Request:
    """The request that Upvest's own signer signed, or one that differs from it."""
    sent = UPVEST[draft]
    return Request(
        **{
            "method": "POST",
            "path": "/upvest",
            "query": sent["query"],
            "headers": [*sent["headers"].items()],
            "body": UPVEST["body"].encode(),
            **changed,
        }
    )


def signed(**options: Any) -> Request:
    """A request with a signature of our own."""
    return Request("POST", "/upvest", "", [*SIGNER.headers(BODY, **options).items()], BODY)


@pytest.mark.parametrize("draft", ["draft 6", "draft 15"])
def test_what_upvests_own_signers_made_is_proven(draft: str) -> None:
    """So the verifier is not only right about our own signatures."""
    keys = parse_keys(json.dumps({"keys": [UPVEST["jwk"]]}), "here")
    prove(of_upvest(draft), keys, UPVEST["created"], 300)
    for other in ({"method": "PUT"}, {"path": "/other"}, {"body": b'{"key": "Value"}'}):
        with pytest.raises(Unproven):
            prove(of_upvest(draft, **other), keys, UPVEST["created"], 300)


def test_the_signed_text_is_that_of_rfc_9421() -> None:
    """Its example B.2.3 covers everything; its signature is by RSA, so the text alone is ours."""
    sent = VECTORS["rfc9421"]
    request = Request(
        "POST", sent["path"], sent["query"], [*sent["headers"].items()], sent["body"].encode()
    )
    claim = claim_of(request)
    key = load_pem_public_key(sent["public_key"].encode())
    assert isinstance(key, RSAPublicKey)
    base = signature_base(request, claim, '"')
    key.verify(claim.signature, base, PSS(MGF1(hashes.SHA512()), salt_length=64), hashes.SHA512())


def test_a_target_uri_is_https_since_nothing_else_is_delivered_to() -> None:
    """The proxy before the receiver ends TLS; draft 15 writes the address as the sender sees it."""
    address = "https://example.com/upvest"
    beside = {"host": "Example.com:443", "@target-uri": address}
    covered = ("@method", "@target-uri", "content-digest")
    headers = SIGNER.headers(BODY, draft=15, created=NOW, covered=covered, beside=beside)
    sent = [item for item in headers.items() if item[0] != "@target-uri"]
    prove(Request("POST", "/upvest", "", sent, BODY), KEYS, NOW, 300)
    with pytest.raises(Unproven):
        prove(Request("POST", "/upvest", "a=b", sent, BODY), KEYS, NOW, 300)


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize(
    ("created", "lives", "proven"),
    [
        (NOW, 5, True),
        (NOW - 300, 300, True),
        (NOW - 301, 600, False),
        (NOW + 60, 5, True),
        (NOW + 61, 5, False),
        (NOW - 65, 5, True),
        (NOW - 66, 5, False),
    ],
)
def test_a_signature_has_its_time(draft: int, created: int, lives: int, proven: bool) -> None:
    """At most 300 s old, at most 60 s ahead of this clock, at most 60 s after its own end."""
    request = signed(draft=draft, created=created, lives=lives)
    if proven:
        prove(request, KEYS, NOW, 300)
        return
    with pytest.raises(Unproven, match=r"the signature is (stale|of the future)"):
        prove(request, KEYS, NOW, 300)


def test_the_key_is_found_by_its_id_alone() -> None:
    """A key of the same id that signed nothing here proves nothing."""
    other = parse_keys(jwks(Signer()), "here")
    assert set(other) == {KID}
    with pytest.raises(Unproven, match="not that of this request"):
        prove(signed(created=NOW), other, NOW, 300)


def test_a_component_that_is_named_twice_is_refused() -> None:
    """The RFC forbids it, however well it is signed."""
    request = signed(created=NOW, covered=("@method", "@path", "@path", "digest"))
    with pytest.raises(Unproven, match="not understood"):
        prove(request, KEYS, NOW, 300)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature-input", 'sig1=("@method" "@path" "digest"'),
        (
            "signature-input",
            'sig1=("@method" "@path" "@method" "digest");created=1781568000;keyid="a"',
        ),
        ("signature-input", 'sig1=("@method" "@path" "digest";sf);created=1781568000;keyid="a"'),
        ("signature-input", 'sig1=("@method" 1);created=1781568000;keyid="a"'),
        ("signature-input", "sig1=sig1"),
        ("signature-input", 'sig1=("@method" "@path" "digest");created="1";keyid="a"'),
        ("signature-input", 'sig1=("@method" "@path" "digest");created=1.5;keyid="a"'),
        ("signature-input", 'sig1=("@method" "@path" "digest");keyid="a"'),
        ("signature-input", "sig1=é"),
        ("signature-input", ""),
        ("signature", "sig1=:AAAA"),
        ("signature", "sig1=:AAAA:"),
        ("signature", "sig1=1"),
        ("digest", "SHA-256=x"),
        ("digest", "MD5=AAAA"),
        ("digest", ""),
    ],
)
def test_headers_that_cannot_be_read_prove_nothing(name: str, value: str) -> None:
    """Whatever stands in them, the answer is a refusal and never a crash."""
    headers = {**SIGNER.headers(BODY, created=NOW), name: value}
    with pytest.raises(Unproven):
        prove(Request("POST", "/upvest", "", [*headers.items()], BODY), KEYS, NOW, 300)
