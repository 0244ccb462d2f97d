"""Whatever is thrown at the tip page: a calm sentence, bounded memory, nothing kept, and nobody named in a log."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import StreamReader
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import log
from bot.web.tip.flood import Flood
from bot.web.tip.posted import Hall, Trouble, Untaken, speakable
from store.tips.receipts import new
from tests.tipline.files import jpeg, png_bomb
from tests.tippage import STORY, Tipster, TipTown, open_tip_town

MEGA = 1024 * 1024


@pytest.fixture
async def town(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[TipTown]:
    async with open_tip_town(engine, tmp_path) as opened:
        yield opened


@pytest.fixture
async def tipster(town: TipTown) -> AsyncIterator[Tipster]:
    async with town.tipster() as opened:
        yield opened


def memory() -> int:
    """The most bytes this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def raw(town: TipTown, head: str, body: bytes = b"", cookie: str = "") -> bytes:
    """Speak HTTP by hand; what came back until the other side closed or was silent."""
    port = int(town.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [head, "Host: x", *([f"Cookie: {cookie}"] if cookie else []), "", ""]
    writer.write("\r\n".join(lines).encode() + body)
    await writer.drain()
    found = await _heard(reader)
    writer.close()
    return found


async def _heard(reader: StreamReader | asyncio.StreamReader) -> bytes:
    found = b""
    while b"</html>" not in found:
        chunk = await asyncio.wait_for(reader.read(65536), 5)
        if not chunk:
            break
        found += chunk
    return found


def cookie_of(tipster: Tipster) -> str:
    return "; ".join(f"{one.key}={one.value}" for one in tipster.http.cookie_jar)


# --- too much ---------------------------------------------------------------------------------------------


async def test_a_gigabyte_is_refused_before_it_is_read(town: TipTown, tipster: Tipster) -> None:
    await tipster.begin()
    before = memory()
    head = (
        f"POST /tip/zh/new HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {1024 * MEGA}"
    )
    answer = await raw(town, head, b"--b\r\n", cookie_of(tipster))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "超过 20 MB" in answer.decode()
    assert memory() - before < 32 * MEGA


async def test_a_stream_without_an_end_is_cut_off(tipster: Tipster) -> None:
    await tipster.begin()

    async def endless() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        for _ in range(60):
            yield b"\xff" * MEGA

    before = memory()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    try:
        async with tipster.http.post(f"{tipster.url}/tip/zh/new", data=endless(), headers=headers) as answer:
            assert answer.status == 413
    except ConnectionError:
        pass  # the other side hung up while we were still sending: that is allowed
    assert memory() - before < 120 * MEGA
    assert "发生了什么事" in (await tipster.get("/new")).words


async def test_a_hundred_files_at_once_are_refused_kindly(tipster: Tipster) -> None:
    await tipster.tells()
    page = await tipster.post("/new", None, do="edit:photos")
    refused = await tipster.send("/new", {**page.hidden, "do": "add"}, [jpeg()] * 100)
    assert (refused.status, "一个一个传" in refused.words) == (422, True)
    assert "remove:" not in (await tipster.get("/new")).html


async def test_a_bomb_a_script_and_a_wrong_type_are_named_and_nothing_is_lost(tipster: Tipster) -> None:
    await tipster.tells()
    await tipster.post("/new", None, do="edit:photos")
    for data in (png_bomb(), b"<script>alert(1)</script>", b"MZ" + b"\0" * 5000, jpeg() + b"<script>alert(1)</script>"):
        refused = await tipster.post("/new", data, do="add")
        assert (refused.status, 'role="alert"' in refused.html) == (422, True)
    assert "remove:" in (await tipster.post("/new", jpeg(), do="add")).html


async def test_only_so_many_files_fit(tipster: Tipster) -> None:
    await tipster.tells()
    await tipster.post("/new", None, do="edit:photos")
    for _ in range(9):
        await tipster.post("/new", jpeg(), do="add")
    full = await tipster.post("/new", jpeg(), do="add")
    assert (full.status, "文件够多了" in full.words) == (422, True)


def test_bodies_share_one_hall() -> None:
    hall = Hall(100)
    hall.take(80)
    with pytest.raises(Untaken) as refused:
        hall.take(30)
    assert refused.value.trouble is Trouble.BUSY
    hall.give_back(80)
    hall.take(100)


# --- odd words --------------------------------------------------------------------------------------------


async def test_scripts_and_broken_unicode_are_only_words(tipster: Tipster) -> None:
    evil = '<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}" onfocus="x'
    await tipster.begin()
    await tipster.post("/new", None, do="next", answer=evil)
    page = await tipster.post("/new", None, do="back")
    assert "<script" not in page.html
    assert "<img" not in page.html
    assert evil in page.words or "&lt;script&gt;" in page.html
    sent = f"answer=%ff%fe%ed%a0%80%00\u202e{STORY}&do=next&ask=text&csrf={page.hidden['csrf']}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with tipster.http.post(f"{tipster.url}/tip/zh/new", data=sent, headers=headers) as answer:
        assert answer.status == 200
    kept = (await tipster.post("/new", None, do="back")).html
    assert STORY in kept
    assert not re.search("[\x00-\x08\u202a-\u202e]", kept)


def test_what_nobody_can_type_is_taken_out() -> None:
    assert speakable("a\x00b\ud800c\u202ed\r\ne\tf\u200dg") == "abcd\ne\tf\u200dg"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"nothing"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\ncut"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\n"),
        ("application/x-www-form-urlencoded", b"a=1&" * 5000),
        ("application/json", b"{"),
        ("text/plain", b"\xff" * 1000),
    ],
)
async def test_what_is_no_form_is_answered_calmly(tipster: Tipster, kind: str, body: bytes) -> None:
    await tipster.begin()
    for path in ("new", "talk", "receipt", "return", "delete", "begin"):
        async with tipster.http.post(
            f"{tipster.url}/tip/zh/{path}", data=body, headers={"Content-Type": kind}
        ) as answer:
            assert answer.status < 500, path
            assert "/tip/style.css" in await answer.text()


async def test_unknown_wishes_and_questions_change_nothing(tipster: Tipster) -> None:
    await tipster.begin()
    for fields in ({"do": "fly"}, {"do": "edit:nothing"}, {"do": "remove:x"}, {"ask": "zzz"}, {"do": "submit"}, {}):
        page = await tipster.post("/new", None, **{"answer": "x", **fields})
        assert (page.status, "发生了什么事" in page.words) == (200, True), fields
        await tipster.get("/new")


# --- other people's forms ---------------------------------------------------------------------------------


async def test_a_form_without_the_mark_of_the_visit_is_not_taken(tipster: Tipster) -> None:
    page = await tipster.begin()
    for csrf in ("", "x", "0" * 32, "字"):
        refused = await tipster.send("/new", {**page.hidden, "csrf": csrf, "do": "next", "answer": STORY})
        assert refused.status == 410
    assert "发生了什么事" in (await tipster.get("/new")).words


async def test_another_site_can_neither_begin_nor_sign_somebody_in(tipster: Tipster) -> None:
    for site in ("cross-site", "same-site"):
        tipster.http.headers["Sec-Fetch-Site"] = site
        for path in ("/begin", "/return"):
            refused = await tipster.send(path, {"receipt": " ".join(new().words("en"))})
            assert (refused.status, "Set-Cookie" in refused.headers) == (410, False)


async def test_a_cookie_that_somebody_else_chose_is_never_used(tipster: Tipster) -> None:
    tipster.http.cookie_jar.update_cookies({"tip": "a" * 43})
    await tipster.begin()
    assert cookie_of(tipster) != "tip=" + "a" * 43


# --- guessing ---------------------------------------------------------------------------------------------


async def test_guessing_is_slowed_down_for_one_address_only(town: TipTown) -> None:
    flood, at = Flood(), town.office.clock.now()
    guesses = [flood.passes("123.6.49.7", "open_", at) for _ in range(600)]
    assert 50 < sum(guesses) < 500
    assert flood.passes("123.6.49.8", "open_", at)
    assert all(flood.passes("127.0.0.1", "open_", at) for _ in range(1000))  # a proxy: everybody has that address


async def test_a_hundred_guesses_leave_the_page_as_it_was(tipster: Tipster) -> None:
    pages = {(await tipster.returns(new())).body for _ in range(100)}
    assert len(pages) == 1


# --- logs -------------------------------------------------------------------------------------------------


async def test_no_log_line_names_who_asked_or_what(engine: AsyncEngine, tmp_path: Path) -> None:
    """Every handler fails at the database; what is no HTTP at all comes, too."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log.JsonLines())
    server = logging.getLogger("aiohttp.server")
    logging.getLogger().addHandler(handler)
    server.addFilter(log.without_address)
    try:
        async with open_tip_town(engine, tmp_path) as town, town.tipster() as tipster:
            tipster.http.headers["User-Agent"] = "canary-agent"
            await tipster.begin()
            async with engine.begin() as tx:
                await tx.exec_driver_sql("ALTER TABLE tip_apart.draft RENAME TO gone")
            for path in ("/new", "/talk", "/return", "/receipt", "/begin"):
                page = await tipster.send(path, {"answer": "canary-text", "receipt": "canary-receipt"})
                assert page.status in (410, 500), path
            await raw(town, "BAD canary-line\x01 HTTP/9.9")
    finally:
        logging.getLogger().removeHandler(handler)
        server.removeFilter(log.without_address)
    logged = stream.getvalue()
    assert "a tip page failed" in logged
    for one in ("canary", "127.0.0.1", "/tip/zh"):
        assert one not in logged, one
