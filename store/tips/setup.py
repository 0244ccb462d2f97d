"""Setting the vault up: escrow, officers, recovery. What the command line, the console and the demo call."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nacl.public import PrivateKey
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store import tables, vault
from store.clock.workdays import local_day
from store.db import Tx
from store.staff.offices import person_known
from store.tips import recovery, sealing
from store.tips.audit import note
from store.tips.exclusion import entitled
from store.tips.filing import ESCROW
from store.tips.holding import named_of
from store.tips.roster import Roster, load
from store.vault import DEAR, Broken, Cost, KeyPair
from store.words import Json, Role

SHORTEST = 8
"""Characters of a passphrase; four random words are better, and `--help` says so."""
ROLES = {
    "officer": (Role.SUPERVISION_OFFICER, Role.DEPARTMENT_HEAD),
    "custodian": (Role.CUSTODIAN,),
    "outside": tuple(one for one in Role if one is not Role.CLOCK),
}
"""Who may be what. The outside body has an account of any role."""


class CannotSetUp(Exception):
    """What an administrator must put right first. `reason`: shares | is_made | not_made | unknown | role | has_keys |
    not_invited | no_keys | short."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class NewOfficer:
    """What is shown once: the printable key that opens the vault when the passphrase is forgotten."""

    recovery: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Status:
    """What `loop153 vault status` shows: no content, no secret."""

    ready: bool
    threshold: int
    shares: int
    officers: tuple[tuple[str, str, bool], ...]  # userid, kind, whether they have chosen a passphrase
    tips: dict[str, int]  # status -> how many


async def init(tx: Tx, at: datetime, *, threshold: int = 2, shares: int = 3) -> tuple[str, ...]:
    """Make the bureau's escrow key; its private half as `shares` phrases of words, of which `threshold` restore it,
    shown once and never stored. Raises `CannotSetUp` when there is one."""
    if not 2 <= threshold <= shares <= 16:
        raise CannotSetUp("shares")
    key = PrivateKey.generate()
    row = {"box": bytes(key.public_key), "threshold": threshold, "shares": shares, "made_on": local_day(at)}
    made = upsert(tables.vault_escrow).values(row).on_conflict_do_nothing().returning(tables.vault_escrow.c.one)
    if (await tx.execute(made)).first() is None:
        raise CannotSetUp("is_made")
    return recovery.split(key, threshold, shares)


async def invite(tx: Tx, person_id: str, kind: str, at: datetime) -> str:
    """Let somebody have a vault key: they choose a passphrase at their first login (`choose`). The userid as the roster
    writes it. Raises `CannotSetUp`."""
    if not (await tx.execute(select(func.count()).select_from(tables.vault_escrow))).scalar_one():
        raise CannotSetUp("not_made")
    person = await person_known(tx, person_id)
    if person is None:
        raise CannotSetUp("unknown")
    if person.role not in ROLES[kind]:
        raise CannotSetUp("role")
    row = {"person_id": person.id, "kind": kind, "added_on": local_day(at)}
    made = upsert(tables.vault_officer).values(row).on_conflict_do_nothing().returning(tables.vault_officer.c.kind)
    if (await tx.execute(made)).first() is None:
        raise CannotSetUp("has_keys")
    await note(tx, person.id, f"invited_{kind}", None, at)
    return person.id


async def awaits_passphrase(tx: Tx, person_id: str) -> bool:
    """Whether this is somebody's first vault login."""
    mine = tables.vault_officer.c
    query = select(mine.person_id).where(mine.person_id == person_id, mine.sealed.is_(None), mine.active)
    return (await tx.execute(query)).first() is not None


async def has_vault(tx: Tx, person_id: str) -> str | None:
    """What somebody is to the vault (officer | custodian | outside); None: nothing."""
    mine = tables.vault_officer.c
    query = select(mine.kind).where(mine.person_id == person_id, mine.active)
    return (await tx.execute(query)).scalar_one_or_none()


async def choose(tx: Tx, person_id: str, passphrase: str, at: datetime, *, cost: Cost = DEAR) -> NewOfficer:
    """Make the keys of somebody who was invited, under their passphrase. Raises `CannotSetUp`."""
    if not await awaits_passphrase(tx, person_id):
        raise CannotSetUp("not_invited")
    pair, printed = vault.new_pair(), recovery.new_key()
    public = {"box": bytes(pair.box.public_key), "sign": bytes(pair.sign.verify_key)}
    await _lock(tx, person_id, pair, passphrase, printed, cost, public)
    await note(tx, person_id, "made_keys", None, at)
    return NewOfficer(printed)


async def add_officer(
    tx: Tx, person_id: str, kind: str, passphrase: str, at: datetime, *, cost: Cost = DEAR
) -> NewOfficer:
    """Invite somebody and choose their passphrase in one go (`kind`: see `ROLES`). Raises `CannotSetUp`."""
    return await choose(tx, await invite(tx, person_id, kind, at), passphrase, at, cost=cost)


async def renew(
    tx: Tx, person_id: str, printed: str, passphrase: str, at: datetime, *, cost: Cost = DEAR
) -> NewOfficer:
    """A new passphrase for whoever forgot theirs, by the printed recovery key, which is renewed too. Raises
    `Broken` when it is not the one."""
    mine = tables.vault_officer
    row = (await tx.execute(select(mine).where(mine.c.person_id == person_id, mine.c.active))).one_or_none()
    if row is None or row.recovery is None:
        raise Broken
    pair = vault.unlock_with(row.recovery, recovery.key_of(printed))
    again = recovery.new_key()
    await _lock(tx, person_id, pair, passphrase, again, cost, {})
    await note(tx, person_id, "renewed_keys", None, at)
    return NewOfficer(again)


async def recover(tx: Tx, phrases: Sequence[str], person_id: str, at: datetime) -> tuple[int, int]:
    """Open every tip by the escrow and wrap it for this officer as well, unless the tip touches them: how many were
    wrapped, how many were left out. Raises `Broken` for wrong phrases, `CannotSetUp` for somebody without keys."""
    escrow, roster = recovery.join(phrases), await load(tx, at)
    if roster.escrow is None or bytes(roster.escrow) != bytes(escrow.public_key):
        raise Broken
    if person_id not in roster.boxes:
        raise CannotSetUp("no_keys")
    wrap, share, tip = tables.tip_wrap.c, tables.tip_share.c, tables.tip
    query = (
        select(tip, wrap.sealed.label("wrapped"), share.value)
        .join_from(tip, tables.tip_wrap, wrap.number == tip.c.number)
        .join(tables.tip_share, share.number == tip.c.number)
        .where(wrap.reader == ESCROW, tip.c.status != "erased")
    )
    rows = (await tx.execute(query)).all()
    done = [await _wrap_again(tx, escrow, row, roster, person_id) for row in rows]
    await note(tx, person_id, "recovered", None, at)
    return sum(done), len(done) - sum(done)


async def _wrap_again(tx: Tx, escrow: PrivateKey, row: Json, roster: Roster, person_id: str) -> bool:
    """One tip, for one more reader, who may sign in it from now on."""
    key = PrivateKey(vault.unwrap(row.wrapped, escrow, row.value, f"{row.number}|{ESCROW}"))
    case = sealing.open_case(key, row)
    mine = [one for one in roster.officers if one.id == person_id]
    if not entitled(mine, roster.staff, named_of(case.named)):
        return False
    signers = {**case.signers, person_id: roster.signs[person_id].hex()}
    case = sealing.Case(case.door, case.notice, signers, case.proofs, case.named)
    tip, wrapped = tables.tip, vault.wrap(bytes(key), roster.boxes[person_id], row.value, f"{row.number}|{person_id}")
    await tx.execute(
        update(tip).where(tip.c.number == row.number).values(sealed=sealing.seal_case(key, row.number, case))
    )
    again = upsert(tables.tip_wrap).values(number=row.number, reader=person_id, sealed=wrapped)
    await tx.execute(again.on_conflict_do_update(index_elements=["number", "reader"], set_={"sealed": wrapped}))
    return True


async def status(tx: Tx) -> Status:
    """How the vault stands."""
    escrow = (await tx.execute(select(tables.vault_escrow))).one_or_none()
    mine, tip = tables.vault_officer.c, tables.tip.c
    who = select(mine.person_id, mine.kind, mine.sealed.is_not(None)).where(mine.active).order_by(mine.person_id)
    officers = tuple((row[0], row[1], row[2]) for row in await tx.execute(who))
    counted = await tx.execute(select(tip.status, func.count()).group_by(tip.status).order_by(tip.status))
    tips = {row[0]: row[1] for row in counted}
    if escrow is None:
        return Status(False, 0, 0, officers, tips)
    ready = any(kind in ("officer", "outside") and chosen for _id, kind, chosen in officers)
    return Status(ready, escrow.threshold, escrow.shares, officers, tips)


async def _lock(
    tx: Tx, person_id: str, pair: KeyPair, passphrase: str, printed: str, cost: Cost, public: dict[str, bytes]
) -> None:
    if len(passphrase) < SHORTEST:
        raise CannotSetUp("short")
    locked = await asyncio.to_thread(vault.lock, pair, passphrase, cost)
    sealed = {"salt": locked.salt, "sealed": locked.sealed, "passes": cost.passes, "memory": cost.memory}
    spare = {"recovery": vault.lock_with(pair, recovery.key_of(printed)), "failures": 0, "locked_until": None}
    mine = tables.vault_officer
    await tx.execute(update(mine).where(mine.c.person_id == person_id).values(**sealed, **spare, **public))
