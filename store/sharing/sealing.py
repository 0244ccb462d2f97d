"""The service's own key: what it must be able to read again lies sealed in the database, so that a copy opens nothing.

The key is `LOOP153_SECRET_KEY`, or a file in the data folder that the first start makes. Several replicas need the
same one.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from nacl import exceptions
from nacl.secret import SecretBox

from store.vault import derive

FILE = "secret.key"


class Unreadable(Exception):
    """It was sealed with another key."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals and opens; `label` says what for, so that nothing opens in another place."""

    _key: bytes = field(repr=False)

    def close(self, plain: bytes, label: str) -> bytes:
        return bytes(SecretBox(derive(self._key, label)).encrypt(plain))

    def open(self, sealed: bytes, label: str) -> bytes:
        """Raises `Unreadable`."""
        try:
            return bytes(SecretBox(derive(self._key, label)).decrypt(sealed))
        except (exceptions.CryptoError, ValueError, TypeError):
            raise Unreadable(label) from None


def open_seal(secret: str | None, folder: Path) -> Seal:
    """The seal of this service. Raises `OSError` when the key's file can neither be read nor made."""
    if secret is not None:
        return Seal(secret.encode())
    file = folder / FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f"{FILE}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(32), "ascii")
        try:
            os.link(fresh, file)  # whoever is first makes it; nobody replaces it
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return Seal(file.read_text("ascii").strip().encode())
