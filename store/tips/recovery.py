"""Keys on paper: an officer's printable recovery key, and the bureau's escrow key in several shares. Pure."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Sequence

from nacl import utils
from nacl.public import PrivateKey
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from store.vault import Broken

_SECRET, _GROUP = 24, 4
_MISREAD = str.maketrans("018", "OIB")
"""Base32 has no 0, 1 and 8: who types one meant the letter."""


def new_key() -> str:
    """A printable key: 192 random bits and one byte of checksum, as ten groups of four."""
    return _printed(utils.random(_SECRET))


def key_of(text: str) -> bytes:
    """The 24 bytes of a printed key, however it was typed. Raises `Broken` when it cannot be one."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", text).upper() if one.isalnum()).translate(_MISREAD)
    try:
        both = base64.b32decode(plain)
    except ValueError:
        raise Broken from None
    key, check = both[:_SECRET], both[_SECRET:]
    if len(key) != _SECRET or check != _check(key):
        raise Broken
    return key


def split(private: PrivateKey, threshold: int, shares: int) -> tuple[str, ...]:
    """The key as `shares` phrases of 33 English words (SLIP-39), of which any `threshold` restore it."""
    return tuple(generate_mnemonics(1, [(threshold, shares)], bytes(private))[0])


def join(phrases: Sequence[str]) -> PrivateKey:
    """The key again, from exactly as many phrases as it takes. Raises `Broken`."""
    try:
        return PrivateKey(combine_mnemonics([" ".join(one.split()).lower() for one in phrases]))
    except MnemonicError:
        raise Broken from None


def _printed(key: bytes) -> str:
    text = base64.b32encode(key + _check(key)).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _check(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:1]
