"""Keys that identity tokens are signed with: RS256, sealed, changed every month with an overlap.

A new key is published a day before it signs and for a day after its successor signs, so that whoever keeps our keys
for hours never meets one that they do not know.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from sqlalchemy import delete, insert, select, text

from store import tables
from store.db import Tx
from store.sharing.sealing import Seal
from store.words import Json

ALGORITHM = "RS256"
SIGNS = timedelta(days=30)
OVERLAP = timedelta(days=1)
_BITS = 2048
_LOCK = 0x153_0010
key = tables.sso_key.c


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs now: its name, and its private half as PEM."""

    id: str
    pem: bytes


async def published(tx: Tx) -> list[Mapping[str, Json]]:
    """Every key that somebody may meet now, as JSON Web Keys."""
    return [row.public for row in await tx.execute(select(key.public).order_by(key.made_at))]


async def signer(tx: Tx, seal: Seal, at: datetime) -> Signer:
    """The key to sign with. Makes the first one, and the next when it is time; throws away what nobody can meet."""
    await tx.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    newest = (await tx.execute(select(key.signs_from).order_by(key.signs_from.desc()).limit(1))).scalar_one_or_none()
    if newest is None:
        await _make(tx, seal, at, at)
    elif newest + SIGNS - OVERLAP <= at:
        await _make(tx, seal, at, max(at + OVERLAP, newest + SIGNS))
    columns = select(key.id, key.sealed, key.signs_from).where(key.signs_from <= at)
    row = (await tx.execute(columns.order_by(key.signs_from.desc()).limit(1))).one()
    await tx.execute(delete(tables.sso_key).where(key.signs_from < row.signs_from, row.signs_from < at - OVERLAP))
    return Signer(row.id, seal.open(row.sealed, f"sso:{row.id}"))


async def _make(tx: Tx, seal: Seal, at: datetime, signs_from: datetime) -> None:
    made, private = secrets.token_hex(8), rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(private.public_key()))
    jwk = {name: public[name] for name in ("kty", "n", "e")} | {"kid": made, "use": "sig", "alg": ALGORITHM}
    values = {"id": made, "public": jwk, "sealed": seal.close(pem, f"sso:{made}"), "made_at": at}
    await tx.execute(insert(tables.sso_key).values(**values, signs_from=signs_from))
