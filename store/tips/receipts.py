"""Receipts of anonymous tips: 128 random bits, shown as 12 characters or words, from which every key of theirs grows.

The server keeps nothing of a receipt. From its bits HKDF derives what finds the tip again (`lookup`), what opens it
(`box`) and what proves that a message is its own (`proof`). The words are those of BIP39 in both languages: the same
bits, with four bits of checksum, so that a slip of the pen is noticed before anything is asked of the database.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from mnemonic import Mnemonic
from nacl import utils
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from store.vault import derive

WORDS = 12
"""How many characters (Chinese) or words (English) a receipt has: 128 bits and 4 bits of checksum."""

_SECRET = 16
_LISTS = MappingProxyType({"zh": "chinese_simplified", "en": "english"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the tipster keeps. `secret`: 16 bytes; never printed, not even by accident."""

    secret: bytes = field(repr=False)

    def words(self, language: str) -> tuple[str, ...]:
        """The twelve characters ("zh") or English words ("en", and any other language)."""
        return tuple(_list(_LISTS.get(language, "english")).to_mnemonic(self.secret).split())


@dataclass(frozen=True, slots=True)
class ReceiptKeys:
    """What grows out of a receipt. `lookup`: 32 bytes, says nothing of the others."""

    lookup: bytes = field(repr=False)
    box: PrivateKey = field(repr=False)
    proof: SigningKey = field(repr=False)


def new() -> Receipt:
    """A receipt that nobody else has."""
    return Receipt(utils.random(_SECRET))


def parse(text: str) -> Receipt | None:
    """The receipt that was typed: in either script, with spaces, punctuation, full-width forms or line breaks; None
    when the checksum or a word is wrong."""
    tidy = "".join(one if one.isalpha() else " " for one in unicodedata.normalize("NFKC", text).lower())
    typed = tidy.split()
    found = _read(typed, "english")
    return found if found else _read([one for word in typed for one in word], "chinese_simplified")


def keys(receipt: Receipt) -> ReceiptKeys:
    """The keys of a receipt, by HKDF-SHA-256 with a label each."""
    return ReceiptKeys(
        derive(receipt.secret, "receipt lookup"),
        PrivateKey(derive(receipt.secret, "receipt box")),
        SigningKey(derive(receipt.secret, "receipt proof")),
    )


def _read(words: list[str], language: str) -> Receipt | None:
    if len(words) != WORDS:
        return None
    try:
        return Receipt(bytes(_list(language).to_entropy(words)))
    except (ValueError, LookupError):
        return None


@cache
def _list(language: str) -> Mnemonic:
    return Mnemonic(language)
