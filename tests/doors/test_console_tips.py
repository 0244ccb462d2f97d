"""The officer's room: only for those with a key, only while it is open, and without a word in addresses and titles."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.console.tips.acting import copied
from bot.office import furnished
from bot.settings import Settings
from store import db, tables, tips
from store.tips import Clocks, Conversation, TipFile
from store.tips.receipts import Receipt
from store.words import Ledger
from tests.console import Answer, Console, Visitor, open_console
from tests.tips import ANSWERS, file_tip, held, make_vault, passphrase
from tests.world import SHOP, build_world

JPEG = io.BytesIO()
Image.new("RGB", (64, 48), "#345").save(JPEG, "JPEG")
OFFICER, CUSTODIAN = "sq-ng1", "sq-custodian"
FIELDS: dict[str, Any] = {
    "merchant_words": "江山",
    "merchant": SHOP,
    "indicator_words": "串码",
    "indicator": "W20201",
    "text": "按例行走访核对库存与扫码记录。",
    "opinion": "列入例行核查。",
    "scope": "仅此一户",
    "severity": "3",
    "department": "enforcement",
    "assignee_words": "赵刚",
    "assignee": "mq-mi",
    "delay": "24",
    "step": "send",
}


@pytest.fixture
async def console(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Console]:
    async with engine.begin() as tx:
        await build_world(tx)
        await make_vault(tx, await db.now(tx))
    async with furnished(Settings(data_dir=tmp_path), engine, Clock()) as office, open_console(office) as opened:
        yield opened


async def now(console: Console) -> datetime:
    async with console.office.engine.begin() as tx:
        return await db.now(tx) + console.office.shift


async def filed(console: Console, **more: Any) -> tuple[Receipt, str]:
    """A tip: its receipt and number."""
    at = await now(console)
    async with console.office.engine.begin() as tx:
        receipt = await file_tip(tx, at, files=(TipFile("image", "image/jpeg", JPEG.getvalue()),), **more)
        return receipt, (await held(tx, receipt, at)).number


async def tipster_reads(console: Console, receipt: Receipt) -> Conversation:
    at = await now(console)
    async with console.office.engine.begin() as tx:
        return await tips.read(tx, await held(tx, receipt, at), at)


async def audit(console: Console, number: str) -> list[tuple[str, str]]:
    async with console.office.engine.begin() as tx:
        return [(by, what) for by, what, _at in await tips.lines_of(tx, number)]


@asynccontextmanager
async def unlocked(console: Console, userid: str = OFFICER) -> AsyncIterator[Visitor]:
    async with console.signed_in(userid) as visitor:
        page = await visitor.send("/console/tips/unlock", passphrase=passphrase(userid))
        assert (page.path, 'type="password"' in page.text) == ("/console/tips", False)
        yield visitor


async def take(visitor: Visitor, number: str) -> Answer:
    page = await visitor.send("/console/tips/open", number=number)
    assert page.path == "/console/tips/tip", page.path
    return page


async def do(visitor: Visitor, what: str, **fields: Any) -> Answer:
    """A form of the tip at hand."""
    page = await visitor.get("/console/tips/tip")
    handle = page.hidden("tip") if 'name="tip"' in page.text else ""
    return await visitor.send(f"/console/tips/{what}", tip=handle, **fields)


# --- the lock ---------------------------------------------------------------------------------------------------------


async def test_the_room_exists_for_those_with_a_key_only(console: Console) -> None:
    async with console.signed_in("mq-ng2") as other, console.signed_in(OFFICER) as officer:
        room, nowhere = await other.get("/console/tips"), await other.get("/console/nowhere")
        assert (room.status, room.text) == (404, nowhere.text)
        assert "/console/tips" not in (await other.get("/console")).text
        assert (await other.send("/console/tips/unlock", passphrase=passphrase("mq-ng2"))).text == nowhere.text
        assert 'href="/console/tips"' in (await officer.get("/console")).text
        assert 'type="password"' in (await officer.get("/console/tips")).text


async def test_wrong_passphrases_lock_the_vault(console: Console) -> None:
    async with console.signed_in(OFFICER) as visitor:
        for left in (4, 3, 2, 1):
            assert f"还可以试 {left} 次" in (await visitor.send("/console/tips/unlock", passphrase="wrong")).text
        assert "锁定至" in (await visitor.send("/console/tips/unlock", passphrase="wrong")).text
        right = await visitor.send("/console/tips/unlock", passphrase=passphrase(OFFICER))
        assert "锁定至" in right.text
        console.office.clock.shift += timedelta(minutes=15, seconds=1)
        right = await visitor.send("/console/tips/unlock", passphrase=passphrase(OFFICER))
        assert 'type="password"' not in right.text


async def test_the_key_is_dropped_when_idle_locked_and_signed_out(console: Console) -> None:
    _receipt, number = await filed(console)
    async with unlocked(console) as visitor:
        await take(visitor, number)
        console.office.clock.shift += timedelta(minutes=29)
        assert number in (await visitor.get("/console/tips")).text
        console.office.clock.shift += timedelta(minutes=31)
        for path in ("/console/tips", "/console/tips/tip", "/console/tips/check", "/console/tips/close"):
            page = await visitor.get(path)
            assert (page.path, number in page.text, 'type="password"' in page.text) == ("/console/tips", False, True)
    async with unlocked(console) as visitor:
        await visitor.send("/console/tips/lock")
        late = await visitor.send("/console/tips/answer", text="zu spät")
        assert (late.path, 'type="password"' in late.text) == ("/console/tips", True)
    async with unlocked(console) as one, console.signed_in(OFFICER) as other:
        assert number in (await one.get("/console/tips")).text
        assert number not in (await other.get("/console/tips")).text  # a key belongs to one session


async def test_a_new_officer_chooses_a_passphrase_and_writes_a_key_down(console: Console) -> None:
    async with console.office.engine.begin() as tx:
        await tips.setup.invite(tx, "mq-ng2", "officer", await db.now(tx))
    async with console.signed_in("mq-ng2") as visitor:
        assert (await visitor.get("/console/tips")).text.count('type="password"') == 2
        short = await visitor.send("/console/tips/choose", passphrase="kurz", again="kurz")
        assert 'aria-invalid="true"' in short.text
        other = await visitor.send("/console/tips/choose", passphrase="four words of mine", again="four words of min")
        assert 'aria-invalid="true"' in other.text
        made = await visitor.send("/console/tips/choose", passphrase="four words of mine", again="four words of mine")
        printed = re.search(r'class="printed code">([^<]+)<', made.text)
        assert printed
        opened = await visitor.send("/console/tips/unlock", passphrase="four words of mine")
        assert 'type="password"' not in opened.text
        await visitor.send("/console/tips/lock")
        wrong = await visitor.send("/console/tips/renew", printed="no key", passphrase="x" * 9, again="x" * 9)
        assert 'aria-invalid="true"' in wrong.text
        again = {"passphrase": "quite another one", "again": "quite another one"}
        renewed = await visitor.send("/console/tips/renew", printed=printed[1], **again)
        assert printed[1] not in renewed.text
        opened = await visitor.send("/console/tips/unlock", passphrase="quite another one")
        assert 'type="password"' not in opened.text


# --- reading ----------------------------------------------------------------------------------------------------------


async def test_a_tip_is_read_and_each_opening_written_down(console: Console) -> None:
    _receipt, number = await filed(console)
    async with unlocked(console) as visitor:
        front = await visitor.get("/console")
        assert str(ANSWERS["text"]) not in front.text
        page = await take(visitor, number)
        assert str(ANSWERS["text"]) in page.text
        assert re.search(r"<title>匿名举报 · loop153</title>", page.text)
        await visitor.get("/console/tips/tip")
        assert await audit(console, number) == [(OFFICER, "open")]
        await take(visitor, number)
        assert await audit(console, number) == [(OFFICER, "open")] * 2
        image = re.search(r'<img src="(/console/tips/file/[\w-]+)"', page.text)
        assert image
        async with visitor.http.get(console.base + image[1]) as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg")
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
            assert answer.headers["Content-Disposition"].startswith("inline")
            assert answer.headers["Cache-Control"] == "no-store"
            assert await answer.read() == JPEG.getvalue()
    async with unlocked(console, "sq-ng2") as other:
        assert (await other.get(image[1])).status == 404


async def test_nothing_but_constants_in_addresses(console: Console) -> None:
    _receipt, number = await filed(console)
    async with unlocked(console) as visitor:
        pages = [await visitor.get("/console/tips"), await take(visitor, number)]
        pages += [await visitor.get(f"/console/tips/{one}") for one in ("check", "case", "close")]
        for page in pages:
            linked = re.findall(r'(?:href|action|src)="([^"]*)"', page.text)
            assert not [one for one in linked if "/tips" in one and (number in one or "?" in one)]
            assert number not in page.path
            title = re.search(r"<title>(.*?)</title>", page.text)
            assert title
            assert title[1] in ("匿名举报 · loop153",)


async def test_who_is_not_entitled_finds_no_tip(console: Console) -> None:
    _receipt, number = await filed(console, about="insider", person_name="秦明")
    async with unlocked(console) as named, unlocked(console, "sq-ng2") as entitled:
        assert number not in (await named.get("/console/tips")).text
        gone = await named.send("/console/tips/open", number=number)
        made_up = await named.send("/console/tips/open", number="XS-2026-00000000")
        assert gone.path == made_up.path == "/console/tips"
        strip = r'value="[^"]*"'
        assert re.sub(strip, "", gone.text) == re.sub(strip, "", made_up.text)
        assert number in (await entitled.get("/console/tips")).text
    assert await audit(console, number) == []


async def test_a_tip_that_was_changed_outside_is_not_shown(console: Console) -> None:
    _receipt, number = await filed(console)
    async with console.office.engine.begin() as tx:
        said = tables.tip_message
        await tx.execute(update(said).where(said.c.number == number).values(signature=b"\0" * 64))
    async with unlocked(console) as visitor:
        page = await take(visitor, number)
        assert (page.status, str(ANSWERS["text"]) in page.text, 'role="alert"' in page.text) == (200, False, True)
    async with console.office.engine.begin() as tx:
        wishes = (await tx.execute(select(tables.tip_push.c.kind))).scalars().all()
    assert "alarm" in wishes


# --- writing ----------------------------------------------------------------------------------------------------------


async def test_answers_reach_the_tipster_cleaned_and_signed(console: Console) -> None:
    receipt, number = await filed(console)
    async with unlocked(console) as visitor:
        page = await take(visitor, number)
        form = _form(page, "收到，正在核实。")
        form.add_field("files", JPEG.getvalue(), filename="IMG_秦明_手机.jpg", content_type="image/jpeg")
        sent = await visitor.post("/console/tips/answer", form)
        assert (sent.path, "收到，正在核实。" in sent.text) == ("/console/tips/tip", True)
        refused = _form(page, "看附件")
        refused.add_field("files", b"MZ\x90\x00 no picture", filename="a.jpg")
        again = await visitor.post("/console/tips/answer", refused)
        assert (again.status, "看附件" in again.text) == (422, True)  # what was typed is still there
        empty = await do(visitor, "answer", text="  ")
        assert empty.status == 422
    told = await tipster_reads(console, receipt)
    assert [(one.author, one.text, len(one.files)) for one in told.messages] == [("officer", "收到，正在核实。", 1)]
    assert told.status == "acknowledged"
    assert "秦明" not in str(told.messages)


def _form(page: Answer, words: str) -> FormData:
    form = FormData()
    for name, value in {"csrf": page.csrf, "tip": page.hidden("tip"), "text": words}.items():
        form.add_field(name, value)
    return form


async def test_acknowledged_without_a_word_and_closed_with_one(console: Console) -> None:
    receipt, number = await filed(console)
    async with unlocked(console) as visitor:
        await take(visitor, number)
        await do(visitor, "acknowledge")
        assert (await tipster_reads(console, receipt)).status == "acknowledged"
        unfinished = await do(visitor, "close", outcome="won", text="")
        assert (unfinished.status, unfinished.text.count('href="#f-')) == (422, 2)
        closed = await do(visitor, "close", outcome="confirmed", text="已查实并处理，谢谢您。")
        assert closed.path == "/console/tips"
        over = await take(visitor, number)
        assert "/console/tips/answer" not in over.text
        again = await do(visitor, "close", outcome="confirmed", text="noch einmal")
        assert again.path == "/console/tips"
    told = await tipster_reads(console, receipt)
    assert (told.status, told.outcome, told.messages[-1].text) == ("closed", "confirmed", "已查实并处理，谢谢您。")


async def test_the_identity_is_released_by_the_custodian_to_one_officer(console: Console) -> None:
    _receipt, number = await filed(console, identity="王五，电话另告")
    async with unlocked(console) as officer, unlocked(console, CUSTODIAN) as custodian:
        await take(officer, number)
        assert (await do(officer, "identity/ask", reason="")).status == 422
        await do(officer, "identity/ask", reason="需要当面取证")
        early = await do(officer, "identity/show")
        assert "王五" not in early.text
        room = await custodian.get("/console/tips")
        assert ("需要当面取证" in room.text, "王五" in room.text) == (True, False)
        unsure = await custodian.send("/console/tips/identity/release", number=number, officer=OFFICER)
        assert "王五" not in (await do(officer, "identity/show")).text
        assert unsure.path == "/console/tips"
        await custodian.send("/console/tips/identity/release", number=number, officer=OFFICER, sure="yes")
        assert "王五" not in (await officer.get("/console/tips/tip")).text
        assert "王五，电话另告" in (await do(officer, "identity/show")).text
    async with unlocked(console, "sq-ng2") as other:
        await take(other, number)
        assert "王五" not in (await do(other, "identity/show")).text
    deeds = [what for _by, what in await audit(console, number)]
    assert deeds == ["open", "identity_asked", "identity_released", "identity_read", "open"]


# --- acting -----------------------------------------------------------------------------------------------------------


async def test_a_check_is_planned_with_rewritten_fields_only(console: Console) -> None:
    receipt, number = await filed(console)
    async with unlocked(console) as visitor:
        await take(visitor, number)
        search = await do(visitor, "check", merchant_words="江山", step="find")
        assert (search.status, f'value="{SHOP}" checked' in search.text) == (200, True)
        assert "aria-invalid" not in search.text
        missing = await do(visitor, "check", step="send", delay="24")
        assert (missing.status, missing.text.count('href="#f-')) == (422, 8)
        quoted = await do(visitor, "check", **{**FIELDS, "text": "听说" + str(ANSWERS["text"])})
        assert quoted.status == 422
        foreign = await do(visitor, "check", **{**FIELDS, "assignee": "nobody"})
        assert foreign.status == 422
        planned = await do(visitor, "check", **FIELDS)
        assert planned.path == "/console/tips/tip"
    async with console.office.engine.begin() as tx:
        rows = (await tx.execute(select(tables.planned_check))).all()
    assert {row.fields["text"] for row in rows} == {FIELDS["text"]}
    assert all(number not in str(row) for row in rows)
    assert (await tipster_reads(console, receipt)).checks == ()


async def test_a_problem_is_opened_in_the_officers_own_name(console: Console) -> None:
    _receipt, number = await filed(console)
    async with unlocked(console) as visitor:
        await take(visitor, number)
        opened = await do(visitor, "case", **FIELDS)
        found = re.search(r"WT-\d{4}-\d{6}", opened.text)
        assert found
        assert found[0] in (await visitor.get(f"/console/ledgers/{found[0]}")).text
    async with console.office.engine.begin() as tx:
        line = tables.line.c
        by = (await tx.execute(select(line.by).where(line.ledger == Ledger.PROBLEM))).scalars().all()
        letters = (await tx.execute(text("SELECT person_id, facts::text FROM letter"))).all()
        assert set(by) == {OFFICER}
        assert "mq-mi" in {row.person_id for row in letters}
        assert number not in str(letters)


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ("凌晨两点有人从后门往外搬货", "昨天凌晨两点，有人从后门往外搬整箱的烟", True),
        ("凌晨 两点 有人 从后门 往外搬货", "昨天凌晨两点有人从后门往外搬", True),
        ("核对江山便利店的库存", "江山便利店的后门", False),
        ("Please look at the back door of the shop", "at night they carry boxes out of the back door", False),
        (
            "They carry boxes out of the back door at night",
            "they carry boxes out of the back door at night!",
            True,
        ),
    ],
)
def test_the_tipsters_words_are_not_passed_on(mine: str, theirs: str, found: bool) -> None:
    day = datetime(2026, 11, 20).date()  # noqa: DTZ001
    told = Conversation("received", Clocks(day, day), {"text": theirs}, (), (), "web", "web")
    assert copied(mine, told) is found
