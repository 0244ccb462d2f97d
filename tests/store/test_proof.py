"""Verification with teeth: photos that were used before, places far from the shop, and whom that is told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from store import tables
from store.casefiles.evidence import ALIKE_BITS, _pieces, seen_before
from store.db import Tx
from tests.store.problems import FEEDBACK, act
from tests.store.test_ledger import AT, report
from tests.store.test_problem import brought
from tests.store.test_views import look

PICTURE = 0x5AC3_9F10_77E1_2B64


async def picture(tx: Tx, owner: str, sha256: str, phash: int | None) -> str:
    row: dict[str, Any] = {"id": str(uuid4()), "person_id": owner, "kind": "image", "door": "wecom", "ref": "m"}
    stored = {"received_at": AT, "state": "stored", "sha256": sha256, "phash": phash}
    await tx.execute(insert(tables.evidence).values(row | stored))
    return str(row["id"])


def flipped(bits: list[int]) -> int:
    """The picture's hash with these bits changed, as PostgreSQL holds it."""
    value = PICTURE
    for bit in bits:
        value ^= 1 << bit
    return value - (1 << 64) if value >> 63 else value


@given(st.sets(st.integers(0, 63), max_size=ALIKE_BITS))
def test_hashes_that_differ_little_share_a_piece(bits: set[int]) -> None:
    assert set(_pieces(flipped([]))) & set(_pieces(flipped(sorted(bits))))


@pytest.mark.parametrize(
    ("sha256", "bits", "found"),
    [
        ("same", [], "bytes"),
        ("same", list(range(40)), "bytes"),
        ("other", [], "picture"),
        ("other", [0, 12, 25, 40, 63], "picture"),
        ("other", [0, 12, 25, 40, 50, 63], None),
        ("other", list(range(20)), None),
    ],
)
async def test_a_photo_is_found_again_by_its_bytes_or_its_look(
    tx: Tx, sha256: str, bits: list[int], found: str | None
) -> None:
    number = (await report(tx, photos=[await picture(tx, "mq-cm", "same", flipped([]))])).entry.number
    seen = await seen_before(tx, sha256, flipped(bits), "WT-2026-000001")
    assert [(one.number, one.seq, one.same_bytes) for one in seen] == ([(number, 1, found == "bytes")] if found else [])
    assert await seen_before(tx, sha256, flipped(bits), number) == []


async def test_pictures_without_contrast_are_not_all_the_same(tx: Tx) -> None:
    await report(tx, photos=[await picture(tx, "mq-cm", "white", 0)])
    assert await seen_before(tx, "black", 0, "WT-2026-000001") == []
    assert await seen_before(tx, "none", None, "WT-2026-000001") == []


async def test_a_draft_that_nobody_submitted_is_not_in_the_books(tx: Tx) -> None:
    await picture(tx, "mq-cm", "same", flipped([]))
    assert await seen_before(tx, "same", flipped([]), "WT-2026-000001") == []


async def test_the_hash_of_the_database_is_cut_into_the_same_pieces(tx: Tx) -> None:
    for bits in ([], [63], [0, 31, 54]):
        mine = await picture(tx, "mq-cm", "x", flipped(bits))
        parts = select(tables.evidence.c.phash_parts).where(tables.evidence.c.id == mine)
        assert (await tx.execute(parts)).scalar_one() == _pieces(flipped(bits))


FAR = {"lat": 34.6594, "lon": 115.1423, "datum": "wgs84"}  # 1 112 m to the north


async def test_the_verifier_is_told_of_old_photos_and_far_places(tx: Tx) -> None:
    old = (await report(tx, "mq-dw", photos=[await picture(tx, "mq-dw", "a", flipped([]))])).entry.number
    number = await brought(tx, "investigating")
    photos = [await picture(tx, "mq-mi", "a", flipped([])), await picture(tx, "mq-mi", "b", flipped([3]))]
    await act(tx, number, "feedback", "mq-mi", **{**FEEDBACK, "place": FAR, "photos": photos})
    told = (await look(tx, "entry", "mq-ng1", number=number)).items[0].detail
    assert "⚠ 佐证位置距商户 1112 米。" in told
    assert f"⚠ 同一张照片已在 {old} 中用过。" in told
    assert told.count(f"⚠ 同一张照片已在 {old}") == told.count("⚠ ") - 1 == 1  # the graver of the two, once
    handler = (await look(tx, "entry", "mq-mi", number=number)).items[0].detail
    assert "⚠" not in handler


async def test_near_places_and_new_photos_are_nothing_to_speak_of(tx: Tx) -> None:
    number = await brought(tx, "verifying")
    assert "⚠" not in (await look(tx, "entry", "mq-ng1", number=number)).items[0].detail


async def test_a_photo_of_the_first_feedback_does_not_prove_the_second(tx: Tx) -> None:
    number = await brought(tx, "investigating")
    for sha256 in ("a", "a"):
        photos = [await picture(tx, "mq-mi", sha256, None)]
        await act(tx, number, "feedback", "mq-mi", **{**FEEDBACK, "photos": photos})
        if sha256 == "a":
            told = (await look(tx, "entry", "mq-ng1", number=number)).items[0].detail
        await act(tx, number, "return", "mq-ng1", text="换一张")
    assert f"同一张照片已在 {number}" in told
