"""Documents, announcements and threads: who finds them, what is found by which words, who has read, who is told."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from notifier import announcing, render
from notifier.outbox import post
from store import tables
from store.db import Tx
from store.ledger import apply
from store.master.imports.report import Wrong
from store.reading.lookups import answer
from store.sharing import announcements, documents, replies, threads, wording
from store.sharing.extracting import MOST_BYTES, Paper, examine
from store.sharing.naming import named
from store.sharing.scopes import Scope, allowed, described, within
from store.words import Ask, Ledger, Lookup
from tests.console import REPORT
from tests.world import MQ, SX, build_world, who

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
RULE = "检查办法\n第一条 检查零售户须两人以上，出示检查证。\n第二条 发现真烟外流的，先核喷码（32位码），再查订单。"


def paper(text: str, name: str = "办法.txt") -> Paper:
    return examine(name, text.encode())


# --- words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("检查", True),
        ("检查证", True),
        ("真烟外流", True),
        ("外流 喷码", True),
        ("３２位码", True),  # full-width digits
        ("查零", True),
        ("证", True),  # one character
        ("零售办法", False),  # its pairs stand apart
        ("检查'; DROP", False),
        ("处罚", False),
    ],
)
async def test_words_find_a_document(engine: AsyncEngine, words: str, found: bool) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        await documents.add(tx, who("sq-ng1"), "rule", "市场检查办法", Scope(), paper(RULE), AT)
        listed, total = await documents.search(tx, who("mq-cm"), words, "", 0, 10)
        exact = [one for one in listed if all(part in RULE or part == "３２位码" for part in words.split())]
    assert (bool(exact), bool(total) if found else found) == (found, found)


async def test_the_title_weighs_more_and_what_has_most_is_shown_when_nothing_has_all(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        boss = who("sq-ng1")
        inside = await documents.add(tx, boss, "rule", "办案手册", Scope(), paper("外流案件的证据。" * 3), AT)
        title = await documents.add(tx, boss, "rule", "真烟外流处置", Scope(), paper("先核喷码。"), AT)
        listed, _total = await documents.search(tx, who("mq-cm"), "外流", "", 0, 10)
        assert [one.id for one in listed] == [title, inside]
        loosely, _total = await documents.search(tx, who("mq-cm"), "外流 天文", "", 0, 10)
        assert {one.id for one in loosely} == {title, inside}
        assert await documents.search(tx, who("mq-cm"), "", "training", 0, 10) == ([], 0)


@given(st.text(max_size=200), st.text(max_size=20))
def test_a_snippet_is_a_part_of_the_text(text: str, words: str) -> None:
    shown = "".join(piece for piece, _hit in wording.snippet(text, words)).strip("…")
    assert shown in " ".join(text.split())


def test_a_snippet_marks_what_was_looked_for() -> None:
    pieces = wording.snippet("前" * 200 + "先核喷码，再查订单", "喷码")
    assert ("喷码", True) in pieces
    assert pieces[0] == ("…", False)


async def test_a_long_text_still_fits(engine: AsyncEngine) -> None:
    text = "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(400_000))
    async with engine.begin() as tx:
        await build_world(tx)
        made = await documents.add(tx, who("sq-ng1"), "rule", "长文", Scope(), paper(text), AT)
        assert (await documents.search(tx, who("mq-cm"), text[100:108], "", 0, 5))[0][0].id == made


# --- files ------------------------------------------------------------------------------------------------


def pdf(*lines: str) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    data = io.BytesIO()
    canvas = Canvas(data)
    for at, line in enumerate(lines):
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(72, 720 - 20 * at, line)
    canvas.setFont("Helvetica", 12)
    canvas.drawString(72, 400, "Plain (Latin) words")
    canvas.save()
    return data.getvalue()


def docx(*lines: str) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as pack:
        pack.writestr("word/document.xml", f"<w:document {names}><w:body>{body}</w:body></w:document>")
    return data.getvalue()


def xlsx(*cells: str) -> bytes:
    book, data = Workbook(), io.BytesIO()
    book.active.append(cells)  # type: ignore[union-attr]
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "file", "words"),
    [
        ("a.bin", pdf("第一条 检查零售户", "第二条"), "a.pdf", "第一条 检查零售户\n第二条\nPlain (Latin) words"),
        ("规则.docx", docx("第一条", "第二条"), "规则.docx", "第一条\n第二条"),
        ("x", xlsx("许可证号", "店名"), "x.xlsx", "Sheet\n许可证号 店名"),
        ("../../etc/办法.exe", "办法".encode("gb18030"), "办法.txt", "办法"),
    ],
)
def test_files_are_known_by_what_is_in_them(name: str, data: bytes, file: str, words: str) -> None:
    found = examine(name, data)
    assert (found.file, found.text) == (file, words)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xd0\xcf\x11\xe0old", b"PK\x03\x04cut", b"%PDF-1.7 cut", b"MZ\x00\x01\x02", bytes(MOST_BYTES + 1)],
)
def test_other_files_are_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(Wrong):
        examine("x.pdf", data)


def test_entities_in_a_word_file_are_not_expanded() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as pack:
        pack.writestr("word/document.xml", '<!DOCTYPE x [<!ENTITY a "boom">]><x>&a;</x>')
    with pytest.raises(Wrong):
        examine("x.docx", data.getvalue())


# --- scopes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "inside", "outside"),
    [
        (Scope(), {"mq-cm", "sx-dw", "sq-leader"}, set()),
        (Scope(units=(MQ,)), {"mq-cm", "mq-leader"}, {"sx-cm", "sq-leader"}),
        (Scope(units=(MQ,), departments=("marketing",)), {"mq-cm", "mq-yx-head"}, {"mq-mi", "sx-cm"}),
        (Scope(roles=("market_inspector", "leader")), {"mq-mi", "sx-mi", "sq-leader"}, {"mq-cm"}),
        (Scope(units=(SX,), roles=("customer_manager",)), {"sx-cm"}, {"mq-cm", "sx-mi"}),
    ],
)
async def test_a_scope_covers_whom_it_names(
    engine: AsyncEngine, scope: Scope, inside: set[str], outside: set[str]
) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        made = await documents.add(tx, who("sq-ng1"), "rule", "办法", scope, paper(RULE), AT)
        everybody = {one.id for one in await within(tx, scope)}
        assert (inside <= everybody, outside & everybody) == (True, set())
        for userid in inside | outside:
            assert (await documents.one(tx, who(userid), made) is not None) == (userid in inside)
        assert len(await described(tx, [scope], "zh")) == 1


async def test_a_county_shares_within_itself(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        assert await allowed(tx, who("mq-yx-head"), Scope()) == Scope(units=(MQ,))
        wild = Scope(units=(SX, "nowhere"), departments=("marketing", "x"), roles=("clock", "leader"))
        assert await allowed(tx, who("mq-yx-head"), wild) == Scope((MQ,), ("marketing",), ("leader",))
        assert await allowed(tx, who("sq-leader"), wild) == Scope((SX,), ("marketing",), ("leader",))


# --- versions ---------------------------------------------------------------------------------------------


async def test_a_new_version_keeps_the_old_one_and_is_what_is_found(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        boss, reader = who("sq-ng1"), who("mq-cm")
        made = await documents.add(tx, boss, "rule", "办法", Scope(), paper("旧的规定"), AT)
        assert await documents.renew(tx, boss, made, paper("新的要求"), "改了一条", AT) == 2
        assert (await documents.search(tx, reader, "旧的规定", "", 0, 5))[1] == 0
        assert (await documents.search(tx, reader, "新的要求", "", 0, 5))[1] == 1
        assert [each.text for each in await documents.versions(tx, made)] == ["新的要求", "旧的规定"]
        await documents.describe(tx, made, "training", "要点", Scope(units=(SX,)))
        assert (await documents.search(tx, who("sx-cm"), "要点 新的", "training", 0, 5))[1] == 1
        assert await documents.one(tx, reader, made) is None


async def test_what_is_withdrawn_is_only_there_for_who_looks_after_it(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        author, reader = who("mq-yx-head"), who("mq-cm")
        made = await documents.add(tx, author, "rule", "办法", Scope(units=(MQ,)), paper(RULE), AT)
        await documents.withdraw(tx, author, made, AT)
        assert await documents.one(tx, reader, made) is None
        mine = await documents.one(tx, author, made)
        assert mine is not None
        assert (mine.withdrawn, mine.mine) == (True, True)
        assert (await documents.search(tx, author, "", "", 0, 5))[1] == 0
        assert (await documents.search(tx, author, "", "", 0, 5, withdrawn=True))[1] == 1
        await documents.restore(tx, made)
        assert await documents.one(tx, reader, made) is not None


# --- announcements ----------------------------------------------------------------------------------------


async def test_an_announcement_is_told_read_and_reminded_of(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        boss, reader = who("mq-leader"), who("mq-cm")
        made, told = await announcements.publish(tx, boss, "检查", "下周检查", Scope(units=(MQ,)), None, None, AT)
        assert "mq-cm" in {one.id for one in told}
        assert "mq-leader" not in {one.id for one in told}
        assert await announcements.unread(tx, reader, AT) == 1
        assert await announcements.one(tx, who("sx-cm"), made, AT) is None
        one = await announcements.one(tx, boss, made, AT)
        assert one is not None
        letters = await announcing.announced(tx, one, [one.id for one in told], "https://x/1", AT)
        assert await post(tx, letters, AT) == len(told)
        assert "已阅" in render.text("announcement", letters[0].facts, "zh")
        assert await announcements.mark_read(tx, made, reader, "chat", AT)
        assert not await announcements.mark_read(tx, made, reader, "console", AT)
        await announcing.read(tx, made, reader.id)
        left = select(tables.letter.c.person_id).where(tables.letter.c.state == "ready")
        assert "mq-cm" not in set((await tx.execute(left)).scalars())
        again, people = await announcements.remind(tx, made, AT)
        assert (again, len(people), "mq-cm" in people) == (1, len(told) - 1, False)
        assert await announcements.remind(tx, made, AT + timedelta(hours=1)) == (0, [])
        assert (await announcements.readers(tx, made))[0].read_at is None


async def test_what_is_over_or_withdrawn_waits_for_nobody(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        boss, reader, later = who("sq-leader"), who("mq-cm"), AT + timedelta(days=2)
        ends, _told = await announcements.publish(tx, boss, "一", "x", Scope(), AT + timedelta(days=1), None, AT)
        stays, _told = await announcements.publish(tx, boss, "二", "x", Scope(), None, None, AT)
        assert (await announcements.unread(tx, reader, AT), await announcements.unread(tx, reader, later)) == (2, 1)
        await announcements.withdraw(tx, boss, stays, later)
        assert await announcements.unread(tx, reader, later) == 0
        assert await announcements.one(tx, reader, stays, later) is None
        assert (await announcements.remind(tx, ends, later)) == (0, [])


async def test_the_chat_finds_documents_and_notes_what_was_read(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        made = await documents.add(tx, who("sq-ng1"), "rule", "市场检查办法", Scope(), paper(RULE), AT)
        told, _people = await announcements.publish(tx, who("sq-leader"), "通报", "正文", Scope(), None, None, AT)
        reader = who("mq-cm")
        found = await answer(tx, Lookup("documents", {"words": "喷码", "page": 0}, "zh"), reader, AT)
        assert [(one.value, one.label) for one in found.items] == [(str(made), "市场检查办法")]
        item = (await answer(tx, Lookup("document", {"number": str(made), "words": "喷码"}, "zh"), reader, AT)).items[0]
        assert ("喷码" in item.detail, item.data["path"]) == (True, f"/console/sharing/documents/{made}")
        assert (await answer(tx, Lookup("announcements", {"page": 0}, "zh"), reader, AT)).items[0].detail == "未读"
        shown = await answer(tx, Lookup("announcement", {"number": str(told)}, "zh"), reader, AT)
        assert shown.items[0].detail == "正文"
        assert await announcements.unread(tx, reader, AT) == 0
        for odd in ("x", "99999999999999", "٣", ""):
            assert not (await answer(tx, Lookup("document", {"number": odd}, "zh"), reader, AT)).items


# --- threads ----------------------------------------------------------------------------------------------


async def clue(tx: Tx, userid: str = "mq-cm", **fields: object) -> str:
    moved = await apply(tx, Ask(Ledger.CLUE, "report", None, {**REPORT, **fields}), who(userid), AT)
    return moved.entry.number


async def test_a_thread_is_asked_answered_and_closed(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        asker, answerer = who("mq-ng1"), who("mq-mi")
        due = date(2026, 11, 25)
        told = await replies.ask(
            tx, asker, "户外广告", "请核实 @林晓 一起", [answerer], AT, assignee="mq-mi", due_on=due
        )
        assert dict(told.people) == {"mq-mi": "assigned", "mq-cm": "mentioned"}
        waits = (await threads.mine(tx, answerer, 0, 5))[0][0]
        assert (waits.mine, waits.unread, waits.due_on) == (True, 1, due)
        assert await threads.one(tx, who("mq-ng2"), told.thread) is None
        assert await threads.waiting(tx, asker) == 0
        said = await replies.reply(tx, answerer, told.thread, "已核实", AT)
        assert dict(said.people) == {"mq-ng1": "replied", "mq-cm": "replied"}
        assert (await threads.waiting(tx, asker), await threads.waiting(tx, answerer)) == (1, 0)
        await threads.saw(tx, asker, told.thread, 2)
        assert await threads.waiting(tx, asker) == 0
        letters = await announcing.told(tx, said, "https://x/t", AT)
        assert "赵刚回复了：户外广告" in render.text("thread", letters[0].facts, "zh")
        await replies.close(tx, asker, told.thread, "", AT)
        with pytest.raises(Wrong):
            await replies.reply(tx, answerer, told.thread, "还有", AT)
        await replies.reopen(tx, asker, told.thread, AT)
        assert [one.kind for one in await threads.read(tx, asker, told.thread)] == ["ask", "reply", "close", "reopen"]


async def test_beside_an_entry_only_for_those_who_may_see_it(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        number, officer = await clue(tx), who("mq-ng1")
        with pytest.raises(Wrong):
            await replies.ask(tx, officer, "核", "请看", [who("sx-cm")], AT, number=number)
        with pytest.raises(Wrong):
            await replies.ask(tx, who("sx-ng"), "核", "请看", [], AT, number=number)
        with pytest.raises(Wrong):
            await replies.ask(tx, officer, "核", "请看 @sx-cm", [], AT, number=number)


async def test_who_may_not_see_the_entry_any_more_does_not_see_its_thread(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        number = await clue(tx)
        told = await replies.ask(tx, who("mq-ng1"), "核", "请看", [who("mq-cm")], AT, number=number)
        assert [one.id for one in await threads.of_entry(tx, who("mq-cm"), number)] == [told.thread]
        assert not told.quiet
        stranger = {"thread": told.thread, "person_id": "sx-cm"}
        await tx.execute(insert(tables.thread_person).values(**stranger))
        assert await threads.of_entry(tx, who("sx-cm"), number) == []
        assert (await threads.one(tx, who("sx-cm"), told.thread), await threads.waiting(tx, who("sx-cm"))) == (None, 0)


async def test_letters_say_nothing_of_an_internal_matter(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        number = await clue(tx, indicator="N10101", accused=["sx-leader"])
        told = await replies.ask(tx, who("sq-ng1"), "机密", "很机密", [who("mq-cm")], AT, number=number)
        (letter,) = await announcing.told(tx, told, "https://x/t", AT)
        assert "机密" not in render.text("thread", letter.facts, "zh")
        assert number not in render.text("thread", letter.facts, "zh")


async def test_names_mean_people(engine: AsyncEngine) -> None:
    async with engine.begin() as tx:
        await build_world(tx)
        found = await named(tx, "周正、@MQ-CM，Tom Xu")
        assert [one.id for one in found] == ["mq-ng1", "mq-cm", "sq-ng2"]
        await tx.execute(insert(tables.person).values(id="z2", id_lower="z2", name="周正", unit_code=MQ, role="leader"))
        for unclear in ("周正", "没有这个人"):
            with pytest.raises(Wrong):
                await named(tx, unclear)
