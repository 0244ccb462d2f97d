"""The cryptography of the vault: keys, wraps, sealed content (tipline.md §4). Pure: no tables, no files, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field

from nacl.public import PrivateKey, PublicKey
from nacl.signing import SigningKey, VerifyKey


class Broken(Exception):
    """Something sealed does not open: a bit was flipped, a row swapped, or the key is another one. Carries nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try at a passphrase costs: Argon2id passes and bytes of memory. Lowered in tests only."""

    passes: int
    memory: int


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Somebody's private keys, opened: what opens wraps and what signs replies."""

    box: PrivateKey = field(repr=False)
    sign: SigningKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What everybody may know of a key pair."""

    box: PublicKey
    sign: VerifyKey
