"""Signs requests as Upvest's documents say, in both drafts, with keys made here."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePrivateKey,
    generate_private_key,
)

KID = "1f0c7a3e-55a1-4f43-8a38-2b6a6d9f0a11"
DRAFTS = (6, 15)
COVERED = {
    6: ("@method", "@path", "accept", "content-length", "content-type", "digest"),
    15: ("@method", "@path", "accept", "content-length", "content-type", "content-digest"),
}


@dataclass(frozen=True)
class Signer:
    """A key pair with its id."""

    kid: str = KID
    curve: EllipticCurve = field(default_factory=SECP521R1)
    key: EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", generate_private_key(self.curve))

    def jwk(self) -> dict[str, str]:
        """The public key as a JWKS lists it."""
        numbers = self.key.public_key().public_numbers()
        size = (self.curve.key_size + 7) // 8
        sides = {"x": numbers.x, "y": numbers.y}
        return {
            "kid": self.kid,
            "kty": "EC",
            "crv": f"P-{self.curve.key_size}",
            **{name: _base64url(side.to_bytes(size, "big")) for name, side in sides.items()},
        }

    def headers(
        self,
        body: bytes,
        *,
        draft: int = 6,
        method: str = "POST",
        path: str = "/upvest",
        created: int | None = None,
        lives: int = 5,
        covered: Sequence[str] = (),
        beside: Mapping[str, str] | None = None,
        alg: str = "",
    ) -> dict[str, str]:
        """The headers of a request, signed. `beside` are more headers, or others."""
        made = int(time.time()) if created is None else created
        headers = {
            "accept": "application/json",
            "content-length": str(len(body)),
            "content-type": "application/json",
            **_digest(draft, body),
            **(beside or {}),
        }
        names = covered or COVERED[draft]
        listed = " ".join(f'"{name}"' for name in names)
        parameters = (
            f'({listed});keyid="{self.kid}";created={made};nonce="o085M4cMgpbicuOL"'
            f";expires={made + lives}"
        )
        parameters += f';alg="{alg}"' if alg else ""
        values = {**headers, "@method": method, "@path": path, "@query": "?"}
        quote = '"' if draft == 15 else ""
        lines = [f"{quote}{name}{quote}: {values[name]}" for name in names]
        lines.append(f"{quote}@signature-params{quote}: {parameters}")
        signature = self.key.sign("\n".join(lines).encode(), ECDSA(hashes.SHA512()))
        return {
            **headers,
            "signature-input": f"sig1={parameters}",
            "signature": f"sig1=:{base64.b64encode(signature).decode()}:",
        }


def jwks(*signers: Signer) -> str:
    """What the broker publishes."""
    return json.dumps({"keys": [signer.jwk() for signer in signers]})


def _digest(draft: int, body: bytes) -> dict[str, str]:
    if draft == 6:
        return {"digest": "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()}
    digest = base64.b64encode(hashlib.sha512(body).digest()).decode()
    return {"content-digest": f"sha-512=:{digest}:"}


def _base64url(number: bytes) -> str:
    return base64.urlsafe_b64encode(number).decode().rstrip("=")
