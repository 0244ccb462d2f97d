"""Everything the cloud hands out that dies: access tokens, JS tickets, login codes, user tickets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.sandbox.errors import Refusal

LIFE = timedelta(seconds=7200)
CODE_LIFE = timedelta(minutes=5)


@dataclass(slots=True)
class _Token:
    value: str
    owner: str
    until: datetime
    dead: int = 0  # errcode that it answers although its time is not over


class Tokens:
    """Access tokens: the same one again within its life, and gone early when the cloud wants so."""

    def __init__(self, now: Callable[[], datetime], rng: Random) -> None:
        self._now, self._rng = now, rng
        self._by_value: dict[str, _Token] = {}
        self._current: dict[str, _Token] = {}

    def issue(self, owner: str) -> tuple[str, int]:
        """The owner's token and how many seconds it has left."""
        token = self._current.get(owner)
        if token is None or token.dead or token.until <= self._now():
            token = _Token(word(self._rng, 64), owner, self._now() + LIFE)
            self._current[owner] = self._by_value[token.value] = token
        return token.value, int((token.until - self._now()).total_seconds())

    def owner(self, value: str) -> str:
        """Whose token that is. Raises `Refusal` 41001 (none), 40014 (unknown or revoked), 42001 (expired)."""
        if not value:
            raise Refusal(41001)
        token = self._by_value.get(value)
        if token is None:
            raise Refusal(40014)
        if token.dead:
            raise Refusal(token.dead)
        if token.until <= self._now():
            raise Refusal(42001)
        return token.owner

    def kill(self, code: int = 40014) -> None:
        """Invalidate every token early; they answer `code` from now on."""
        for token in self._current.values():
            token.dead = code


@dataclass(frozen=True, slots=True)
class Login:
    """What a login code or user ticket stands for."""

    userid: str
    private: bool
    until: datetime


class Logins:
    """OAuth codes (single use, 5 minutes) and the user tickets of consenting members (30 minutes)."""

    def __init__(self, now: Callable[[], datetime], rng: Random) -> None:
        self._now, self._rng = now, rng
        self._codes: dict[str, Login] = {}
        self._tickets: dict[str, Login] = {}

    def code(self, userid: str, private: bool) -> str:
        code = word(self._rng, 43)
        self._codes[code] = Login(userid, private, self._now() + CODE_LIFE)
        return code

    def spend(self, code: str) -> Login:
        login = self._codes.pop(code, None)
        if login is None or login.until <= self._now():
            raise Refusal(40029)
        return login

    def ticket(self, userid: str) -> str:
        ticket = word(self._rng, 64)
        self._tickets[ticket] = Login(userid, True, self._now() + timedelta(minutes=30))
        return ticket

    def holder(self, ticket: str) -> str:
        login = self._tickets.get(ticket)
        if login is None:
            raise Refusal(84015)
        if login.until <= self._now():
            raise Refusal(84014)
        return login.userid


def word(rng: Random, length: int) -> str:
    """Letters and digits that look like WeCom's ids; from the cloud's own seed, so that a run repeats."""
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=length))
