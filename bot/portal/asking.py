"""What a partner asks of /oidc/authorize, checked as RFC 6749, RFC 7636 and OpenID Connect Core 3.1.2 have it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from store.words import Json

SCOPES = ("openid", "profile")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_KNOWN = ("response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt", "max_age")
_ONCE = (*_KNOWN, "code_challenge", "code_challenge_method", "response_mode", "request", "request_uri")
_LONGEST = 2000


class Denied(Exception):
    """An error that the partner is told at its own address."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error, self.description = error, description


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may go on once somebody is signed in."""

    redirect_uri: str
    state: str
    nonce: str
    scope: str
    challenge: str
    prompt: str
    max_age: int | None

    @classmethod
    def of(cls, kept: Mapping[str, Json]) -> Asked:
        return cls(**kept)

    @property
    def kept(self) -> dict[str, Json]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def checked(given: Sequence[tuple[str, str]]) -> Asked:
    """What is asked, of a client and an address that are known already. Raises `Denied`."""
    names = [name for name, _value in given]
    if any(names.count(name) > 1 for name in _ONCE):
        raise Denied("invalid_request", "a parameter stands twice")
    asked = dict(given)
    if any(len(value) > _LONGEST for value in asked.values()):
        raise Denied("invalid_request", "a parameter is too long")
    for name in ("request", "request_uri"):
        if name in asked:
            raise Denied(f"{name}_not_supported")
    if asked.get("response_type") != "code":
        wrong = "unsupported_response_type" if asked.get("response_type") else "invalid_request"
        raise Denied(wrong, "response_type must be code")
    if asked.get("response_mode", "query") != "query":
        raise Denied("invalid_request", "response_mode must be query")
    scopes = asked.get("scope", "").split()
    if "openid" not in scopes:
        raise Denied("invalid_scope", "scope must contain openid")
    _proof(asked)
    prompt = asked.get("prompt", "").split()
    if "none" in prompt and len(prompt) > 1:
        raise Denied("invalid_request", "prompt none stands alone")
    return Asked(
        redirect_uri=asked["redirect_uri"],
        state=asked.get("state", ""),
        nonce=asked.get("nonce", ""),
        scope=" ".join(one for one in SCOPES if one in scopes),
        challenge=asked["code_challenge"],
        prompt=" ".join(prompt),
        max_age=_age(asked.get("max_age", "")),
    )


def _proof(asked: Mapping[str, str]) -> None:
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        raise Denied("invalid_request", "PKCE with S256 is needed")


def _age(given: str) -> int | None:
    if given and not re.fullmatch(r"[0-9]{1,9}", given):
        raise Denied("invalid_request", "max_age is no number")
    return int(given) if given else None


def is_verifier(given: str) -> bool:
    return _VERIFIER.fullmatch(given) is not None


def back(to: str, issuer: str, state: str, **told: str) -> str:
    """The partner's address with an answer (RFC 9207: with who answers)."""
    answer = {**told, **({"state": state} if state else {}), "iss": issuer}
    return f"{to}{'&' if urlsplit(to).query else '?'}{urlencode(answer)}"


def bad_address(given: str, *, inside: bool) -> bool:
    """Whether an administrator may not enter this as a partner's address."""
    try:
        parts = urlsplit(given)
        _port = parts.port
    except ValueError:
        return True
    near = inside or parts.hostname in ("127.0.0.1", "localhost")
    secure = parts.scheme == "https" or (parts.scheme == "http" and near)
    plain = not re.search(r"[\s\\<>\"]", given) and not parts.fragment and not parts.username
    return not (secure and parts.hostname and plain and len(given) <= 500)
