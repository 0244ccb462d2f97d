"""The tokens: who somebody is, for one partner and five minutes."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import jwt

from store.sharing.grants import Grant
from store.sharing.signing import ALGORITHM, Signer
from store.words import Json, Person

LASTS = timedelta(minutes=5)


def claims(who: Person, scope: str) -> dict[str, Json]:
    """What a partner may know of somebody."""
    known: dict[str, Json] = {"sub": who.id}
    if "profile" in scope.split():
        known |= {"name": who.name, "preferred_username": who.id, "locale": "en" if who.language == "en" else "zh-CN"}
        known |= {"unit": who.unit, "bureau": who.bureau, "role": str(who.role)}
    return known


def access_token(signer: Signer, issuer: str, granted: Grant, token: str, now: datetime) -> str:
    """For /oidc/userinfo only (RFC 9068)."""
    body = _times(now) | {"iss": issuer, "aud": f"{issuer}/userinfo", "sub": granted.person, "jti": token}
    body |= {"client_id": granted.partner, "scope": granted.asked["scope"]}
    return jwt.encode(body, signer.pem, ALGORITHM, headers={"kid": signer.id, "typ": "at+jwt"})


def id_token(signer: Signer, issuer: str, granted: Grant, who: Person, access: str, now: datetime) -> str:
    body = _times(now) | claims(who, granted.asked["scope"]) | {"iss": issuer, "aud": granted.partner}
    body |= {"auth_time": int(granted.signed_in_at.timestamp()), "at_hash": _half(access)}
    if granted.asked["nonce"]:
        body["nonce"] = granted.asked["nonce"]
    return jwt.encode(body, signer.pem, ALGORITHM, headers={"kid": signer.id})


def read(told: str, published: Sequence[Mapping[str, Json]], issuer: str) -> dict[str, Any] | None:
    """What an access token of ours says; None for anything else."""
    try:
        head = jwt.get_unverified_header(told)
        keys = [jwt.PyJWK(dict(one)) for one in published if one["kid"] == head.get("kid")]
        if not keys or head.get("typ") != "at+jwt":
            return None
        needed = ["exp", "iat", "sub", "jti", "scope"]
        found: dict[str, Any] = jwt.decode(
            told, keys[0], [ALGORITHM], audience=f"{issuer}/userinfo", issuer=issuer, options={"require": needed}
        )
    except jwt.PyJWTError:
        return None
    return found


def _times(now: datetime) -> dict[str, Json]:
    return {"iat": int(now.timestamp()), "exp": int((now + LASTS).timestamp())}


def _half(access: str) -> str:
    """The left half of its hash (OpenID Connect Core 3.1.3.6)."""
    return urlsafe_b64encode(hashlib.sha256(access.encode()).digest()[:16]).decode().rstrip("=")
