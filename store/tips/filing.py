"""Filing a tip: the vault rows and the entry of the clue ledger, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from nacl.public import PrivateKey
from sqlalchemy import insert

from store import tables, vault
from store.clock.workdays import local_day
from store.db import Tx
from store.ledger import apply
from store.tips import files as shelf
from store.tips import push, receipts, sealing
from store.tips.exclusion import Named, Officer, custodians, entitled, excluded
from store.tips.nouns import NoOfficer, TipFile
from store.tips.receipts import Receipt, ReceiptKeys
from store.tips.roster import Roster, load, named_in
from store.tips.sealing import Author, Case
from store.tips.terms import Due, coarse, due_of
from store.words import TIP_LINE, Ask, Json, Ledger

NAMING = ("person_name", "person_role", "person_unit", "accused")
"""Answers that name somebody inside: a typed name, a role's code (`Role` or `FieldRole`), a typed station or a unit's
code, userids. Beside them every full name of a member of staff anywhere in the answers counts as named. `about` =
"insider" says that the tip is about staff at all. `identity` is sealed to the custodian alone; the position of `place`
({lat, lon, …}) is kept to about 100 m. Everything else is free."""

ESCROW = "escrow"
_GRID = 3
"""Decimals of a degree that a place keeps: about 100 m."""


async def can_take(tx: Tx, at: datetime) -> bool:
    """Whether anybody could open a tip: a door asks before it begins."""
    roster = await load(tx, at)
    return roster.escrow is not None and bool(entitled(roster.officers, roster.staff, Named()))


async def has_custodian(tx: Tx, at: datetime) -> bool:
    """Whether an identity could be kept: without, the form should not ask for one (it would be dropped)."""
    roster = await load(tx, at)
    return bool(custodians(roster.officers, roster.staff, Named()))


async def file_tip(
    tx: Tx,
    answers: Mapping[str, Json],
    files: Sequence[TipFile],
    *,
    door: str,
    notice: str,
    chat: bool,
    at: datetime,
) -> Receipt:
    """Seal a tip and enter it in the clue ledger (source tip, a random number, a coarse day). `notice`: which notice
    the door had shown; `chat`: the receipt will be shown inside a chat. Raises `NoOfficer` with nothing written."""
    roster = await load(tx, at)
    named = named_in(roster, answers)
    readers = entitled(roster.officers, roster.staff, named)
    if not readers or roster.escrow is None:
        raise NoOfficer
    due = await due_of(tx, at)
    number = await _enter(tx, due, at)
    key, share, receipt = PrivateKey.generate(), vault.new_share(), receipts.new()
    grown = receipts.keys(receipt)
    signers = {one: roster.signs[one].hex() for one in readers}
    case = Case(door, notice, signers, (bytes(grown.proof.verify_key).hex(),), asdict(named))
    keepers = custodians(roster.officers, roster.staff, named) if answers.get("identity") else ()
    # The row first, as everything else hangs on it; its head follows when the answers are written.
    await tx.execute(insert(tables.tip_share).values(number=number, value=share))
    row = {"number": number, "filed_on": local_day(at), **asdict(due), "identity": "sealed" if keepers else "none"}
    late = {"escalates": escalates(roster, named, readers)}
    await tx.execute(insert(tables.tip).values(**row, **late, head=b"", sealed=sealing.seal_case(key, number, case)))
    await _wrap(tx, key, share, number, roster, readers)
    await add_receipt(tx, key, share, number, grown, chat=chat)
    for keeper in keepers:
        await keep_identity(tx, str(answers["identity"]), share, number, keeper, roster)
    await _answers(tx, key, number, grown, _kept(answers), files, at)
    await push.want(tx, readers, "news", at)
    return receipt


async def _enter(tx: Tx, due: Due, at: datetime) -> str:
    """The entry of the clue ledger, through its law."""
    ask = Ask(Ledger.CLUE, "tip", None, {"due_on": due.feedback_by.isoformat()})
    return (await apply(tx, ask, TIP_LINE, coarse(at))).entry.number


async def _answers(
    tx: Tx,
    key: PrivateKey,
    number: str,
    grown: ReceiptKeys,
    answers: Mapping[str, Json],
    files: Sequence[TipFile],
    at: datetime,
) -> None:
    said = await shelf.keep(tx, key, number, files)
    payload = {"kind": "answers", "answers": answers, "files": said}
    head = await sealing.begin(tx, key, number, Author("tipster", grown.proof), payload, local_day(at))
    await tx.execute(tables.tip.update().where(tables.tip.c.number == number).values(head=head))


async def _wrap(tx: Tx, key: PrivateKey, share: bytes, number: str, roster: Roster, readers: Sequence[str]) -> None:
    """The tip's key for everybody who is entitled, and for the escrow."""
    assert roster.escrow
    boxes = {reader: roster.boxes[reader] for reader in readers} | {ESCROW: roster.escrow}
    rows: list[dict[str, Any]] = [
        {"number": number, "reader": one, "sealed": vault.wrap(bytes(key), box, share, f"{number}|{one}")}
        for one, box in boxes.items()
    ]
    await tx.execute(insert(tables.tip_wrap), rows)


async def add_receipt(
    tx: Tx,
    key: PrivateKey,
    share: bytes,
    number: str,
    grown: ReceiptKeys,
    *,
    chat: bool,
    pending: bool = False,
) -> None:
    """The tip's key for a receipt; the receipt itself is nowhere."""
    sealed = vault.wrap(bytes(key), grown.box.public_key, share, f"{number}|receipt")
    row = {"lookup": grown.lookup, "number": number, "chat": chat, "pending": pending}
    await tx.execute(insert(tables.tip_receipt).values(**row, sealed=sealed))


async def keep_identity(tx: Tx, identity: str, share: bytes, number: str, keeper: str, roster: Roster) -> None:
    """Who the tipster is, for one custodian's key alone."""
    plain = vault.pad(identity.encode("utf-8", "replace"), vault.TEXT_SIZES)
    sealed = vault.wrap(plain, roster.boxes[keeper], share, f"{number}|identity|{keeper}")
    await tx.execute(insert(tables.tip_identity).values(number=number, custodian=keeper, sealed=sealed))


def escalates(roster: Roster, named: Named, readers: Sequence[str]) -> list[str]:
    """Who else is told when a tip is late: custodians and the outside body, unless the tip touches them."""
    out = excluded(roster.staff, named)
    others: tuple[Officer, ...] = tuple(one for one in roster.officers if one.kind != "officer")
    return sorted(one.id for one in others if one.id not in out and one.id not in readers)


def _kept(answers: Mapping[str, Json]) -> dict[str, Json]:
    """The answers as they are sealed: without the identity, and with a place no finer than 100 m."""
    kept = {name: value for name, value in answers.items() if name != "identity"}
    place = kept.get("place")
    if isinstance(place, Mapping):
        rounded = {name: round(float(place[name]), _GRID) for name in ("lat", "lon") if place.get(name) is not None}
        kept["place"] = {**{name: value for name, value in place.items() if name != "accuracy"}, **rounded}
    return json.loads(json.dumps(kept, ensure_ascii=False))  # type: ignore[no-any-return]
