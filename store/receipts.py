"""Receipts of anonymous tips: 128 random bits, shown as 12 characters or words, from which every key of theirs grows.

The server keeps nothing of a receipt. From its bits HKDF derives what finds the tip again (`lookup`), what opens it
(`box`) and what proves that a message is its own (`proof`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl.public import PrivateKey
from nacl.signing import SigningKey

WORDS = 12
"""How many characters (Chinese) or words (English) a receipt has: 128 bits and 4 bits of checksum."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the tipster keeps. `secret`: 16 bytes; never printed, not even by accident."""

    secret: bytes = field(repr=False)

    def words(self, language: str) -> tuple[str, ...]:
        """The twelve characters ("zh") or English words ("en", and any other language)."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """What grows out of a receipt. `lookup`: 32 bytes, says nothing of the others."""

    lookup: bytes = field(repr=False)
    box: PrivateKey = field(repr=False)
    proof: SigningKey = field(repr=False)


def new() -> Receipt:
    """A receipt that nobody else has."""
    raise NotImplementedError


def parse(text: str) -> Receipt | None:
    """The receipt that was typed: in either script, with spaces, punctuation, full-width forms or line breaks; None
    when the checksum or a word is wrong."""
    raise NotImplementedError


def keys(receipt: Receipt) -> ReceiptKeys:
    """The keys of a receipt, by HKDF-SHA-256 with a label each."""
    raise NotImplementedError
