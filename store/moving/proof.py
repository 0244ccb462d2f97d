"""Verification with teeth: what a verifier is told of the proof (features.md C17; H15).

A photo that is already elsewhere in the books, byte for byte or by the look of it, and a place that is far from the
shop, may be honest; whoever gives the verdict must know of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, select

from store import tables
from store.casefiles.evidence import seen_before
from store.db import Tx
from store.master.geo import distance_m, to_wgs84
from store.texts import _, said
from store.words import Entry, Json, Ledger

FAR_M = 500
PROVING = ("feedback", "rectified", "pass", "fail")


async def remarks(tx: Tx, entry: Entry, language: str) -> list[str]:
    """What is odd about the photos and places that prove this problem's handling."""
    line = tables.line.c
    proving = select(line.seq, line.fields).where(
        line.ledger == Ledger.PROBLEM, line.number == entry.number, line.verb.in_(PROVING)
    )
    lines = (await tx.execute(proving.order_by(line.seq))).all()
    return [*_far(entry, lines, language), *await _used(tx, entry, [row.seq for row in lines], language)]


def _far(entry: Entry, lines: list[Row[Any]] | Any, language: str) -> Iterator[str]:
    """Places sent as proof that lie too far from the licensed address."""
    shop = (entry.fields["merchant_lat"], entry.fields["merchant_lon"])
    for row in lines:
        place: dict[str, Json] = row.fields.get("place") or {}
        if "lat" not in place or None in shop:
            continue
        metres = distance_m(*to_wgs84(place["lat"], place["lon"], place["datum"]), *shop)
        if metres > FAR_M:
            yield said(_("⚠ The proof was sent {m} m away from the shop."), language, {"m": round(metres)})


async def _used(tx: Tx, entry: Entry, seqs: list[int], language: str) -> list[str]:
    """Photos sent as proof that are in the books already."""
    photo = tables.evidence.c
    mine = select(photo.seq, photo.sha256, photo.phash).where(
        photo.ledger == Ledger.PROBLEM,
        photo.number == entry.number,
        photo.seq.in_(seqs),
        photo.kind == "image",
        photo.sha256.is_not(None),
    )
    same: dict[str, bool] = {}
    for row in (await tx.execute(mine)).all():
        for seen in await seen_before(tx, row.sha256, row.phash, entry.number, row.seq):
            same[seen.number] = same.get(seen.number, False) or seen.same_bytes
    return [said(_SAME_BYTES if bytes_ else _ALIKE, language, {"number": number}) for number, bytes_ in same.items()]


_SAME_BYTES = _("⚠ The same photo is already in {number}.")
_ALIKE = _("⚠ A photo that looks the same is already in {number}.")
