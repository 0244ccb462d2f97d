"""What recurs among "other": the grouping itself, what is offered, and making an indicator of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables
from store.clock.workdays import seed_calendar
from store.db import Tx
from store.ledger import apply
from store.library.cluster import ALIKE, common_phrase, groups, ngrams
from store.library.others import promote, recurring, share
from store.library.recording import changes
from store.library.tree import New
from store.master.imports.report import Wrong
from store.moving.entries import load_entry
from store.moving.hearing import hearers
from store.words import Ask, Ledger, Refused
from tests.store.invariants import check_books
from tests.store.problems import FORM
from tests.store.test_ledger import move
from tests.world import CODE, CODE_OTHER, SHOP, SHOP_NEAR, build_world, who

AT = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
ALL = (AT - timedelta(days=1), AT + timedelta(days=1))
CITY = who("sq-ng1")
SWAPS = [
    "店里用电子烟换旧卷烟,顾客排队",
    "用电子烟以旧换新,宣传单贴在门口",
    "搞电子烟以旧换新活动",
    "电子烟以旧换新,送打火机",
]
LATE = ["夜里十二点后还在摆摊卖烟", "夜里摆摊卖烟,流动摊位", "夜里流动摆摊卖烟"]
ALONE = ["门口堆放杂物", "店主不在,由邻居看店"]
NEW = New("W20901", "W209", "电子烟以旧换新", severity=4)


def test_texts_that_say_about_the_same_come_together_and_say_why() -> None:
    texts = {f"{n:02}": text for n, text in enumerate([*SWAPS, *LATE, *ALONE])}
    found = groups(texts)
    assert [(group.phrase, sorted(group.keys)) for group in found] == [
        ("电子烟以旧换新", ["00", "01", "02", "03"]),
        ("摆摊卖烟", ["04", "05", "06"]),
    ]
    assert all(group.members[0] == (group.middle, 1.0) for group in found)
    assert groups(texts, least=4) == found[:1]


def test_ngrams_and_phrases() -> None:
    assert ngrams("串码,ＡＢ 1") == {"串码", "ab"}
    assert common_phrase(["店内有外地码", "有外地码烟", "查到外地码"]) == "外地码"
    assert common_phrase(["甲乙", "丙丁"]) == ""


@given(st.dictionaries(st.text("0123456789", min_size=1), st.text("串码烟店门口 ,", max_size=12), max_size=12))
def test_the_same_texts_always_give_the_same_groups_and_nobody_is_in_two(texts: dict[str, str]) -> None:
    found = groups(texts, least=2)
    keys = [key for group in found for key in group.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) <= set(texts)
    assert groups(dict(reversed(texts.items())), least=2) == found
    assert all(likeness >= ALIKE for group in found for _key, likeness in group.members)


async def reported(tx: Tx, text: str, by: str = "mq-cm", code: str = CODE_OTHER, shop: str = SHOP) -> str:
    given = {"text": text, "merchant": shop, "indicator": code}
    moved = await apply(tx, Ask(Ledger.CLUE, "report", None, given), who(by), AT)
    return moved.entry.number


@pytest.fixture
async def books(engine: AsyncEngine) -> AsyncEngine:
    async with engine.begin() as tx:
        await build_world(tx)
        await seed_calendar(tx)
        for text in SWAPS:
            await reported(tx, text)
        await reported(tx, LATE[0], "sx-cm")
        await reported(tx, "串码", code=CODE)
    return engine


async def test_what_recurs_is_offered_to_those_who_may_see_it(books: AsyncEngine) -> None:
    async with books.connect() as tx:
        (found,) = await recurring(tx, CITY, *ALL)
        assert (found.group.phrase, found.other, found.parent) == ("电子烟以旧换新", CODE_OTHER, "W209")
        assert sorted(found.group.keys) == [f"XS-2026-{n:06}" for n in range(1, 5)]
        assert sorted(found.texts) == sorted(SWAPS)
        assert await recurring(tx, who("sx-ng"), *ALL) == []
        assert await recurring(tx, CITY, ALL[1], ALL[1] + timedelta(days=9)) == []
        counted = {userid: await share(tx, who(userid), *ALL) for userid in ("sq-ng1", "mq-ng1", "sx-ng", "sx-mi")}
        assert {userid: (one.others, one.coded, one.share) for userid, one in counted.items()} == {
            "sq-ng1": (5, 6, 5 / 6),
            "mq-ng1": (4, 5, 0.8),
            "sx-ng": (1, 1, 1.0),
            "sx-mi": (0, 0, 0.0),
        }


async def test_promoting_recodes_the_chosen_cases_with_a_line_each_and_their_problems(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        first, second, third, fourth = (f"XS-2026-{n:06}" for n in range(1, 5))
        await move(tx, first, "classify", "mq-yx-head", AT, indicator=CODE_OTHER)
        await move(tx, second, "classify", "mq-yx-head", AT, indicator=CODE_OTHER)
        accepted = await move(tx, first, "accept", "mq-ng1", AT, **FORM, assignee="mq-mi", override_reason="现场")
        problem = accepted.caused[0].entry.number
        await move(tx, second, "merge", "mq-ng1", AT, problem=problem)
        done = await promote(tx, CITY, [first, second, third], NEW, AT)
        assert [(one.verb, one.by.id, one.before, one.entry.state) for one in done.moved] == [
            ("recode", "sq-ng1", "accepted", "accepted"),
            ("recode", "sq-ng1", "merged", "merged"),
            ("recode", "sq-ng1", "head_review", "head_review"),
        ]
        assert done.moved[0].text == "“其他”中反复出现，现归入新指标：W20901 电子烟以旧换新。"
        assert dict(done.moved[2].fields) == {"indicator": "W20901", "indicator_before": CODE_OTHER}
        assert [one.person.id for one in await hearers(tx, done.moved[2])] == ["mq-yx-head", "mq-cm"]
        # The judged severity stays; what nobody has judged yet takes that of the new code. One line for the problem.
        entries = {number: await load_entry(tx, number) for number in (first, second, third, fourth, problem)}
        assert {n: (one.fields["indicator"], one.fields["severity"]) for n, one in entries.items() if one} == {
            first: ("W20901", 3),
            second: ("W20901", 2),
            third: ("W20901", 4),
            fourth: (CODE_OTHER, 2),
            problem: ("W20901", 3),
        }
        lines = select(tables.line.c.verb).where(tables.line.c.number == problem).order_by(tables.line.c.seq)
        assert list((await tx.execute(lines)).scalars()) == ["open", "merge", "recode"]
        (promoted, _added) = await changes(tx, "W20901")
        assert (promoted["what"], promoted["after"]) == ("promoted", {"clues": [first, second, third]})
        await check_books(tx)


@pytest.mark.parametrize(
    ("userid", "numbers", "new", "sentence"),
    [
        ("mq-ng1", ["XS-2026-000001"], NEW, "Only administrators"),
        ("sq-ng1", [], NEW, "Choose at least one case"),
        ("sq-ng1", ["XS-2026-000001", "XS-2026-000006"], NEW, "is not coded “other”"),
        ("sq-ng1", ["XS-2026-000001"], New("N10199", "N101", "甲"), "is not coded “other”"),
        ("sq-ng1", ["XS-2026-000001", "XS-2026-000099"], NEW, "is not coded “other”"),
        ("sq-ng1", ["XS-2026-000001"], New(CODE, "W202", "甲"), "never given twice"),
        ("sq-admin", ["XS-2026-000001"], NEW, "not_found"),  # an administrator sees no cases
    ],
)
async def test_what_cannot_be_promoted_leaves_everything_as_it_was(
    books: AsyncEngine, userid: str, numbers: list[str], new: New, sentence: str
) -> None:
    async with books.begin() as tx:
        with pytest.raises((Wrong, Refused)) as no:
            await promote(tx, who(userid), numbers, new, AT)
        assert sentence in str(no.value)
        assert (await changes(tx), (await share(tx, CITY, *ALL)).others) == ([], 5)


async def test_nobody_recodes_by_hand(books: AsyncEngine) -> None:
    async with books.begin() as tx:
        for userid in ("sq-ng1", "mq-cm"):
            with pytest.raises(Refused, match="wrong_person"):
                await move(tx, "XS-2026-000001", "recode", userid, AT, indicator=CODE)
        assert await reported(tx, "又一起", shop=SHOP_NEAR) == "XS-2026-000007"
