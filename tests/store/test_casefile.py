"""What a case file holds, for whom, and the links to it: signed, for one person, for half an hour."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.casefiles import links
from store.casefiles.casefile import CaseFile, gather, may_take
from store.db import Tx
from tests.cases import CLUE, MONDAY, PROBLEM, SEEN, build_case, objects_in
from tests.store.problems import accept, problem
from tests.store.test_ledger import report
from tests.world import CODE, CODE_INTERNAL, SHOP, who


async def _there(digest: str) -> bool:
    return True


async def _gone(digest: str) -> bool:
    return False


async def _gathered(tx: Tx, number: str, userid: str | None = None) -> CaseFile | None:
    return await gather(tx, number, who(userid) if userid else None, _there)


async def test_it_tells_everything_in_the_order_of_time(engine: AsyncEngine, tmp_path: Path) -> None:
    await build_case(engine, objects_in(tmp_path))
    async with engine.connect() as tx:
        case = await gather(tx, PROBLEM.lower(), None, _there)
    assert case
    told = case.content
    assert [(line["number"], line["seq"], line["verb"]) for line in told["lines"]] == [
        (CLUE, 1, "report"),
        (CLUE, 2, "accept"),
        (PROBLEM, 1, "open"),
        (PROBLEM, 2, "receive"),
        (PROBLEM, 3, "receive"),
        (PROBLEM, 4, "note"),
        (PROBLEM, 5, "feedback"),
        (PROBLEM, 6, "feedback"),
        (PROBLEM, 7, "verify"),
        (PROBLEM, 8, "rectified"),
        (PROBLEM, 9, "confirm"),
    ]
    assert (told["problem"]["state"], told["clues"][0]["text"], told["clues"][0]["state"]) == (
        "closed",
        SEEN,
        "accepted",
    )
    assert told["clues"][0]["handling_form"]["fields"]["opinion"].startswith("情况属实")
    assert (told["merchant"]["licence_no"], told["indicator"]["code"]) == (SHOP, CODE)
    assert {name: (one["name"], one["unit_zh"]) for name, one in told["people"].items()} == {
        "mq-cm": ("林晓", "民权县局营销"),
        "mq-cm2": ("Amy Zhou", "民权县局营销"),
        "mq-mi": ("赵刚", "民权县局专卖"),
        "mq-ng1": ("周正", "民权县局内管"),
        "mq-ng2": ("吴敏", "民权县局内管"),
    }
    assert [line["shown"]["place_to_shop_m"] for line in told["lines"] if line["verb"] == "feedback"] == [101, 101]
    first = told["lines"][0]
    assert first["shown"]["evidence"] == [*first["fields"]["photos"], *first["fields"]["recordings"]]
    assert {row["file"] == f"evidence/{row['sha256']}.{row['file'][-3:]}" for row in told["evidence"]} == {True}


async def test_an_original_that_is_not_there_is_said_to_be_missing(engine: AsyncEngine, tmp_path: Path) -> None:
    await build_case(engine, objects_in(tmp_path))
    async with engine.connect() as tx:
        case = await gather(tx, PROBLEM, None, _gone)
    assert case
    assert (case.originals, {row["file"] for row in case.content["evidence"]}) == ([], {None})


@pytest.mark.parametrize("number", ["WT-2026-000099", "XS-2026-000099", "", "nonsense", "WT-2026-000001'--"])
async def test_a_case_that_is_none(tx: Tx, number: str) -> None:
    await problem(tx)
    assert await _gathered(tx, number) is None


@pytest.mark.parametrize(
    ("userid", "sees", "clues", "takes"),
    [
        ("mq-ng1", True, [CLUE], True),
        ("sq-ng1", True, [CLUE], True),
        ("mq-leader", True, [CLUE], True),
        ("mq-cm", True, [CLUE], False),  # reported it
        ("mq-mi", True, [], False),  # handles it, and need not know who reported it
        ("mq-zm-head", True, [], True),
        ("mq-yx-head", True, [CLUE], False),  # heads the reporter's department, which handles nothing here
        ("sx-ng", False, [], False),
        ("sx-leader", False, [], False),
        ("mq-dw", False, [], False),
    ],
)
async def test_everybody_gets_what_they_may_see(tx: Tx, userid: str, sees: bool, clues: list[str], takes: bool) -> None:
    number = await problem(tx)
    case = await _gathered(tx, number, userid)
    assert (case is not None, await may_take(tx, who(userid), number)) == (sees, takes)
    if case:
        assert [clue["number"] for clue in case.content["clues"]] == clues
        assert case.content["left_out"] == ([] if clues else [CLUE])
        assert {line["number"] for line in case.lines} == {number, *clues}
        assert ("mq-cm" in case.content["people"]) == bool(clues)


async def test_an_internal_case_is_not_there_for_its_county(tx: Tx) -> None:
    clue = (await report(tx, indicator=CODE_INTERNAL, accused=["mq-dw"])).entry.number
    given: dict[str, Any] = {"department": "supervision", "assignee": "sq-ng2"}
    number = (await accept(tx, clue, "sq-ng1", **given)).caused[0].entry.number
    seen = {one: await _gathered(tx, number, one) is not None for one in ("sq-ng1", "mq-ng1", "mq-leader", "mq-dw")}
    assert seen == {"sq-ng1": True, "mq-ng1": False, "mq-leader": False, "mq-dw": False}
    case = await _gathered(tx, clue, "sq-ng1")
    assert case
    assert (case.content["clues"][0]["accused"], case.content["people"]["mq-dw"]["name"]) == (["mq-dw"], "孙平")


async def test_a_link_opens_for_half_an_hour_and_only_as_it_was_made(tx: Tx) -> None:
    path = await links.make(tx, "mq-ng1", PROBLEM, MONDAY)
    place, _, token = path.partition("?token=")
    assert place == f"/case/{PROBLEM}.zip"
    assert await links.open(tx, token, MONDAY + links.GOOD_FOR) == ("mq-ng1", PROBLEM)
    assert await links.open(tx, token, MONDAY + links.GOOD_FOR + timedelta(seconds=1)) is None
    other = (await links.make(tx, "mq-cm", PROBLEM, MONDAY)).partition("?token=")[2]
    swapped = f"{token.partition('.')[0]}.{other.partition('.')[2]}"
    for wrong in (swapped, token[:-2], token.replace(".", ""), "", ".", "a.b", "é.\ud800", "x" * 5000):
        assert await links.open(tx, wrong, MONDAY) is None
    assert (await tx.execute(select(tables.secret.c.name))).scalars().all() == ["case_links"]
