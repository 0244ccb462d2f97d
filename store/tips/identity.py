"""Who the tipster is: asked last, sealed to the custodian alone, released one officer at a time, with a line each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nacl.public import PublicKey
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from store import tables, vault
from store.clock.workdays import local_day
from store.db import Tx
from store.tips import push, sealing
from store.tips.audit import note
from store.tips.dialogue import author_of
from store.tips.holding import share_of
from store.tips.nouns import NotYours, OfficerKey, Opened
from store.vault import Broken


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that waits for the custodian."""

    number: str
    officer: str  # userid
    reason: str


async def ask_identity(tx: Tx, opened: Opened, reason: str, at: datetime) -> None:
    """Ask the custodian to release who the tipster is; when the tipster gave no name, ask them in the dialogue. Either
    way the reason stays with the tip, signed, and a line is left."""
    row = await sealing.tip_row(tx, opened.number, lock=True)
    tip, day, writer = tables.tip, local_day(at), author_of(opened)
    payload = {"kind": "reason", "text": reason, "files": []}
    await sealing.append(tx, opened.key, opened.number, writer, payload, day)
    if row.identity == "none":
        asked = {"kind": "identity_asked", "text": "", "files": []}
        await sealing.append(tx, opened.key, opened.number, writer, asked, day)
    else:
        await _request(tx, opened, reason, at)
        await tx.execute(update(tip).where(tip.c.number == opened.number).values(identity="asked"))
    await note(tx, opened.officer.person, "identity_asked", opened.number, at)


async def _request(tx: Tx, opened: Opened, reason: str, at: datetime) -> None:
    kept, keys, release = tables.tip_identity.c, tables.vault_officer.c, tables.tip_release
    query = select(kept.custodian, keys.box).join_from(
        tables.tip_identity, tables.vault_officer, keys.person_id == kept.custodian
    )
    share, me = await share_of(tx, opened.number), opened.officer.person
    keepers = (await tx.execute(query.where(kept.number == opened.number))).all()
    for row in keepers:
        plain = vault.pad(reason.encode("utf-8", "replace"), vault.TEXT_SIZES)
        label = f"{opened.number}|reason|{me}|{row.custodian}"
        asked = {"reason": vault.wrap(plain, PublicKey(row.box), share, label), "asked_on": local_day(at)}
        key = {"number": opened.number, "officer": me, "custodian": row.custodian}
        again = insert(release).values(**key, **asked)
        await tx.execute(again.on_conflict_do_update(index_elements=list(key), set_=asked))
    await push.want(tx, [row.custodian for row in keepers], "news", at)


async def identity_requests(tx: Tx, key: OfficerKey, at: datetime) -> list[Wanted]:
    """What waits for this custodian."""
    release, share = tables.tip_release.c, tables.tip_share.c
    query = (
        select(release.number, release.officer, release.reason, share.value)
        .join_from(tables.tip_release, tables.tip_share, share.number == release.number)
        .where(release.custodian == key.person, release.sealed.is_(None))
        .order_by(release.asked_on, release.number)
    )
    return [
        Wanted(row.number, row.officer, _read(row.reason, key, row.value, f"{row.number}|reason|{row.officer}"))
        for row in await tx.execute(query)
    ]


async def release_identity(tx: Tx, key: OfficerKey, number: str, officer: str, at: datetime) -> None:
    """The custodian opens the identity for the officer who asked, to whom it is sealed; leaves a line. Raises
    `NotYours` when nobody asked, or this custodian does not keep it."""
    release, kept, keys = tables.tip_release, tables.tip_identity.c, tables.vault_officer.c
    mine = (release.c.number == number, release.c.officer == officer, release.c.custodian == key.person)
    query = (
        select(kept.sealed, keys.box)
        .join_from(release, tables.tip_identity, kept.number == release.c.number)
        .join(tables.vault_officer, keys.person_id == release.c.officer)
        .where(*mine, kept.custodian == key.person, keys.active)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        raise NotYours
    share = await share_of(tx, number)
    plain = _read(row.sealed, key, share, f"{number}|identity").encode()
    label = f"{number}|released|{officer}"
    sealed = vault.wrap(vault.pad(plain, vault.TEXT_SIZES), PublicKey(row.box), share, label)
    await tx.execute(update(release).where(*mine).values(sealed=sealed, released_on=local_day(at)))
    await tx.execute(update(tables.tip).where(tables.tip.c.number == number).values(identity="released"))
    await note(tx, key.person, "identity_released", number, at)
    await push.want(tx, [officer], "news", at)


async def identity(tx: Tx, opened: Opened, at: datetime) -> str | None:
    """Who the tipster is, once it was released to this officer; leaves a line."""
    release, me = tables.tip_release.c, opened.officer
    query = select(release.sealed).where(
        release.number == opened.number, release.officer == me.person, release.sealed.is_not(None)
    )
    sealed = (await tx.execute(query.limit(1))).scalar_one_or_none()
    if sealed is None:
        return None
    share, label = await share_of(tx, opened.number), f"{opened.number}|released|{me.person}"
    await note(tx, me.person, "identity_read", opened.number, at)
    return _plain(sealed, me, share, label)


def _read(sealed: bytes, key: OfficerKey, share: bytes, label: str) -> str:
    return _plain(sealed, key, share, f"{label}|{key.person}")


def _plain(sealed: bytes, key: OfficerKey, share: bytes, label: str) -> str:
    try:
        return vault.unpad(vault.unwrap(sealed, key.pair.box, share, label)).decode()
    except Broken:
        raise NotYours from None
