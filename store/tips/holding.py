"""The tipster's side: finding a tip by its receipt, changing the receipt, giving a name."""

from __future__ import annotations

from datetime import datetime

from nacl.public import PrivateKey
from sqlalchemy import delete, select, update

from store import tables, vault
from store.clock.workdays import local_day
from store.db import Tx
from store.tips import push, receipts, sealing
from store.tips.exclusion import Named, Suspect, custodians
from store.tips.filing import add_receipt, keep_identity
from store.tips.nouns import Held, NoOfficer, NotYours
from store.tips.receipts import Receipt, ReceiptKeys
from store.tips.roster import load
from store.tips.sealing import Author, Case
from store.vault import Broken
from store.words import Json

_NOBODY = receipts.new()
"""Stands in for what cannot be a receipt, so that it costs the same."""
_SHARE, _DUMMY = vault.new_share(), PrivateKey.generate()


async def find(tx: Tx, receipt: Receipt | None, at: datetime) -> Held | None:
    """The tip of this receipt. The same work and time for a receipt that is unknown, expired, deleted or malformed
    (None)."""
    grown = receipts.keys(receipt or _NOBODY)
    mine, share = tables.tip_receipt.c, tables.tip_share.c
    query = (
        select(mine.number, mine.chat, mine.sealed, share.value)
        .join_from(tables.tip_receipt, tables.tip_share, share.number == mine.number)
        .where(mine.lookup == grown.lookup)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        _nothing(grown)
        return None
    try:
        key = PrivateKey(vault.unwrap(row.sealed, grown.box, row.value, f"{row.number}|receipt"))
    except Broken:
        return None
    return Held(row.number, not row.chat, key, grown.proof, grown)


def _nothing(grown: ReceiptKeys) -> None:
    """As much work as opening a wrap, for nothing."""
    sealed = vault.wrap(bytes(_DUMMY), grown.box.public_key, _SHARE, "nothing")
    vault.unwrap(sealed, grown.box, _SHARE, "nothing")


async def share_of(tx: Tx, number: str) -> bytes:
    """The tip's deletion share. Raises `NotYours` when it was destroyed."""
    share = tables.tip_share.c
    value = (await tx.execute(select(share.value).where(share.number == number))).scalar_one_or_none()
    if value is None:
        raise NotYours
    return bytes(value)


async def rotate(tx: Tx, held: Held, at: datetime) -> Receipt:
    """A new receipt for a tip whose own was shown in a chat: at its first use on the web page. The old one works until
    `confirm_rotation`, so that a page that never arrived loses nothing."""
    row = await sealing.tip_row(tx, held.number, lock=True)
    mine, receipt = tables.tip_receipt, receipts.new()
    grown = receipts.keys(receipt)
    await tx.execute(delete(mine).where(mine.c.number == held.number, mine.c.pending))
    await add_receipt(tx, held.key, await share_of(tx, held.number), held.number, grown, chat=False, pending=True)
    case = sealing.open_case(held.key, row)
    proofs = (*case.proofs, bytes(grown.proof.verify_key).hex())
    await _save(tx, held, Case(case.door, case.notice, case.signers, proofs, case.named))
    return receipt


async def confirm_rotation(tx: Tx, held: Held, at: datetime) -> None:
    """The tipster has written the new receipt down (`held` is found with it): every other one ends."""
    mine = tables.tip_receipt
    others = (mine.c.number == held.number, mine.c.lookup != held.keys.lookup)
    await tx.execute(delete(mine).where(*others))
    await tx.execute(update(mine).where(mine.c.lookup == held.keys.lookup).values(pending=False))


async def give_identity(tx: Tx, held: Held, identity: str, at: datetime) -> None:
    """Seal who the tipster is to the custodian's key alone, when they were asked or want to say it. Raises `NoOfficer`
    when there is no custodian."""
    row = await sealing.tip_row(tx, held.number, lock=True)
    roster, named = await load(tx, at), named_of(sealing.open_case(held.key, row).named)
    keepers, kept = custodians(roster.officers, roster.staff, named), tables.tip_identity
    if not keepers:
        raise NoOfficer
    share = await share_of(tx, held.number)
    await tx.execute(delete(kept).where(kept.c.number == held.number))
    for keeper in keepers:
        await keep_identity(tx, identity, share, held.number, keeper, roster)
    tip = tables.tip
    await tx.execute(update(tip).where(tip.c.number == held.number).values(identity="sealed"))
    said = {"kind": "identity_given", "text": "", "files": []}
    await sealing.append(tx, held.key, held.number, Author("tipster", held.proof), said, local_day(at))
    await push.want(tx, await readers_of(tx, held.number), "news", at)


async def readers_of(tx: Tx, number: str) -> list[str]:
    """The userids of those who may open a tip."""
    wrap = tables.tip_wrap.c
    query = select(wrap.reader).where(wrap.number == number, wrap.reader != "escrow").order_by(wrap.reader)
    return list((await tx.execute(query)).scalars())


def named_of(kept: Json) -> Named:
    """Whom a tip names, as its case keeps it."""
    suspects = tuple(Suspect(tuple(one["people"]), one["role"], one["unit"]) for one in kept["suspects"])
    return Named(suspects, kept["insiders"])


async def _save(tx: Tx, held: Held, case: Case) -> None:
    tip, sealed = tables.tip, sealing.seal_case(held.key, held.number, case)
    await tx.execute(update(tip).where(tip.c.number == held.number).values(sealed=sealed))
