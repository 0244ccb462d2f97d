"""The ledgers' lists: what each filter shows, pages that are walked without counting, views, the board."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from store import tables
from store.books import board, listing, views
from store.books.filters import Filters
from store.books.listing import Spot
from store.books.views import CannotKeep
from store.clock.workdays import load_calendar, seed_calendar
from store.db import Tx, open_engine
from store.law.scope import sees
from store.moving.entries import TABLES
from store.reading.views import OPEN
from store.samples.sample import load_sample
from store.samples.sample_entries import load_entries
from store.staff.offices import person_known
from store.words import Ledger, Person
from tests.conftest import _admin, _clone, _named
from tests.store.invariants import check_books

AT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
HERE = "411402"


@pytest.fixture(scope="module")
def books_url(server_url: str, template: str) -> Iterator[str]:
    """A database with eight weeks of two counties, told once for all tests here; nobody commits anything to it."""
    name = f"books_{uuid.uuid4().hex[:12]}"
    asyncio.run(_clone(server_url, template, name))
    asyncio.run(_told(_named(server_url, name)))
    yield _named(server_url, name)
    asyncio.run(_admin(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _told(url: str) -> None:
    engine = open_engine(url, pool=1)
    async with engine.begin() as tx:
        await load_sample(tx)
        await seed_calendar(tx)
        assert await load_entries(tx, AT, bureaus=2) > 60
    await engine.dispose()


@pytest.fixture
async def books(books_url: str) -> AsyncIterator[Tx]:
    engine = open_engine(books_url, pool=1)
    async with engine.connect() as connection:
        await connection.begin()
        yield connection
        await connection.rollback()
    await engine.dispose()


async def test_the_sample_is_sound_and_has_something_of_everything(books: Tx) -> None:
    await check_books(books)
    clue, problem, line = tables.clue.c, tables.problem.c, tables.line.c
    assert (await books.execute(select(func.max(line.at)))).scalar_one() <= AT
    assert set((await books.execute(select(clue.source).distinct())).scalars()) == {"staff", "feed"}
    late = select(func.count()).select_from(tables.problem).where(problem.due_at < AT)
    assert (await books.execute(late)).scalar_one() > 0
    assert (await books.execute(select(func.count()).where(clue.indicator.like("%99")))).scalar_one() > 1


async def known(tx: Tx, userid: str) -> Person:
    person = await person_known(tx, userid)
    assert person, userid
    return person


async def shown(tx: Tx, ledger: Ledger, userid: str = "city-supervision1", **query: str) -> list[str]:
    filters, faults = Filters.of(ledger, {name.removesuffix("_"): text for name, text in query.items()})
    assert not faults, faults
    page = await listing.page(tx, filters, await known(tx, userid), "zh", AT, size=1000)
    return [line.row.number for line in page.lines]


async def numbers(tx: Tx, where: str) -> set[str]:
    """What plain SQL says."""
    return set((await tx.exec_driver_sql(where)).scalars())


async def test_every_filter_shows_what_plain_sql_finds(books: Tx) -> None:
    tx, at = books, f"'{AT.isoformat()}'::timestamptz"
    day, yesterday = AT.date().isoformat(), (AT - timedelta(days=1)).date().isoformat()
    light = "state NOT IN ('suspended','closed','closed_unfounded','archived')"
    one = (await tx.execute(select(tables.problem.c.merchant, tables.problem.c.holder_person))).first()
    assert one
    wanted = {
        "": "true",
        f"county={HERE}": f"bureau = '{HERE}'",
        "state=open": f"state = ANY(ARRAY{list(OPEN[Ledger.PROBLEM])})",
        "state=archived": "state = 'archived'",
        "light=overdue": f"{light} AND due_at < {at}",
        "light=green": f"{light} AND due_at > {at} + interval '1 day'",
        "department=enforcement": "department = 'enforcement'",
        "indicator=W1": "indicator LIKE 'W1%'",
        f"shop={one.merchant}": f"merchant = '{one.merchant}'",
        "from=2026-10-20&to=2026-10-31": "opened_at >= '2026-10-20 00:00+08' AND opened_at < '2026-11-01 00:00+08'",
        "source=feed": "form IN (SELECT number FROM clue WHERE source = 'feed')",
        "confirmed=1": "number IN (SELECT number FROM report_entry WHERE confirmed = 1)",
        "recheck=pass": "number IN (SELECT number FROM report_entry WHERE passed = 1)",
        f"overdue_on={yesterday}": f"{light} AND (due_at AT TIME ZONE 'Asia/Shanghai')::date = '{yesterday}'",
        f"closed_from=2026-10-01&closed_to={day}": "closed_at >= '2026-10-01 00:00+08'",
        "words=没有许可证": "text LIKE '%没有许可证%'",
    }
    for query, where in wanted.items():
        given = dict(part.split("=") for part in query.split("&") if part)
        found = await shown(
            tx, Ledger.PROBLEM, **{f"{name}_" if name == "from" else name: one for name, one in given.items()}
        )
        assert set(found) == await numbers(tx, f"SELECT number FROM problem WHERE {where}"), query
        assert len(found) == len(set(found))
    clues = await shown(tx, Ledger.CLUE, state="closed", department="marketing")
    units = "unit_code IN (SELECT code FROM unit WHERE department = 'marketing')"
    closed = f"state <> ALL(ARRAY{list(OPEN[Ledger.CLUE])})"
    assert set(clues) == await numbers(tx, f"SELECT number FROM clue WHERE {closed} AND {units}")


async def test_pages_walked_there_and_back_show_each_entry_once(books: Tx) -> None:
    who, filters = await known(books, "city-leader"), Filters.of(Ledger.CLUE, {})[0]
    for sort in ("", "date", "-date", "due", "-due"):
        whole = await listing.page(books, filters, who, "zh", AT, sort=sort, size=1000)
        walked: list[str] = []
        spot: Spot | None = None
        while True:
            page = await listing.page(books, filters, who, "zh", AT, sort=sort, spot=spot, size=7)
            walked += [line.row.number for line in page.lines]
            assert page.total == len(whole.lines)
            back, spot = page.before, page.after
            if spot is None:
                break
            assert Spot.of(spot.text) == spot
        assert walked == [line.row.number for line in whole.lines], sort
        backwards = [*walked[-(len(walked) % 7 or 7) :]]
        while back is not None:
            page = await listing.page(books, filters, who, "zh", AT, sort=sort, spot=back, size=7)
            backwards, back = [*(line.row.number for line in page.lines), *backwards], page.before
        assert backwards == walked, sort


async def test_lists_are_cut_to_scope_for_everybody(books: Tx) -> None:
    for userid in (
        *("city-supervision1", "city-leader", "city-admin", "liangyuan-supervision", "liangyuan-leader"),
        *("liangyuan-cm", "liangyuan-marketing-head", "minquan-supervision"),
    ):
        who = await known(books, userid)
        for ledger in Ledger:
            plain = select(TABLES[ledger].c.number).where(sees(who, ledger))
            assert set(await shown(books, ledger, userid)) == set((await books.execute(plain)).scalars()), userid


@pytest.mark.parametrize(
    ("query", "kept", "faults"),
    [
        ({"from": "2026-13-01"}, {}, 1),
        ({"from": "民国一百年", "county": HERE}, {"county": HERE}, 1),
        ({"state": "nowhere", "light": "blue", "source": "moon", "recheck": "maybe"}, {}, 4),
        ({"from": "2026-11-02", "to": "2026-11-01"}, {"from": "2026-11-02", "to": "2026-11-01"}, 1),
        ({"shop": "'; DROP TABLE clue --", "closed_from": "2026-11-01"}, {}, 2),
        ({"unknown": "x", "words": "  烟  "}, {"words": "烟"}, 0),
    ],
)
def test_what_makes_no_sense_is_named_and_left_out(query: dict[str, str], kept: dict[str, str], faults: int) -> None:
    filters, found = Filters.of(Ledger.CLUE, query)
    assert (dict(filters.given), len(found)) == (kept, faults)


@pytest.mark.parametrize("text", ["", "a.", "x.1.WT", "a.x.WT", "a.99999999999999999999.WT", "b.-1", "a.1." + "9" * 99])
def test_a_made_up_place_in_a_list_is_none(text: str) -> None:
    found = Spot.of(text)
    assert found is None or found.number == ""


async def test_views_are_ones_own_and_shared_within_the_bureau(books: Tx) -> None:
    me, near, far = [
        await known(books, one) for one in ("liangyuan-supervision", "liangyuan-cm", "minquan-supervision")
    ]
    own = await views.keep(books, me, "  逾期  的 ", Ledger.PROBLEM, {"light": "overdue"}, AT, shared=True)
    assert [(one.name, one.mine, one.query) for one in await views.listed(books, near)] == [
        ("逾期 的", False, {"light": "overdue"})
    ]
    assert await views.listed(books, far) == []
    assert not await views.change(books, near, own, "别人的", shared=False)
    assert not await views.drop(books, far, own)
    assert await views.change(books, me, own, "只给我", shared=False)
    assert await views.listed(books, near) == []
    other = await views.keep(books, me, "另一个", Ledger.CLUE, {}, AT, shared=False)
    with pytest.raises(CannotKeep):
        await views.change(books, me, other, "只给我", shared=False)
    with pytest.raises(CannotKeep):
        await views.keep(books, me, " ", Ledger.CLUE, {}, AT, shared=False)
    assert await views.drop(books, me, own)
    assert [one.name for one in await views.listed(books, me)] == ["另一个"]


async def test_the_board_counts_what_its_lists_show(books: Tx) -> None:
    for userid in ("city-supervision1", "liangyuan-supervision", "liangyuan-cm"):
        for column in await board.board(books, await known(books, userid), "zh", AT):
            listed = await shown(books, column.ledger, userid, state=column.state)
            late = await shown(books, column.ledger, userid, state=column.state, light="overdue")
            near = await shown(books, column.ledger, userid, state=column.state, light="yellow")
            assert (column.all.total, column.all.late, column.all.near) == (len(listed), len(late), len(near))
            for county, cell in column.counties.items():
                assert cell.total == len(await shown(books, column.ledger, userid, state=column.state, county=county))


async def test_counting_that_takes_too_long_is_given_up(books: Tx, monkeypatch: pytest.MonkeyPatch) -> None:
    who, filters = await known(books, "city-leader"), Filters.of(Ledger.CLUE, {})[0]
    calendar = await load_calendar(books, AT)
    monkeypatch.setattr(listing, "MOST", 5)
    assert await listing.count(books, filters, who, AT, calendar) == 6
    await books.exec_driver_sql("SET LOCAL enable_indexscan = off")
    slow = Filters.of(Ledger.CLUE, {"words": "x"})[0]
    monkeypatch.setattr(listing, "fitting", lambda *_args: select(tables.clue.c.number, func.pg_sleep(1)))
    assert await listing.count(books, slow, who, AT, calendar) is None
    assert await listing.page(books, filters, who, "zh", AT, size=3)
