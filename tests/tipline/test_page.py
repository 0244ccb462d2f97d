"""The tip page over HTTP: told step by step, handed in once, found again, answered, ended; and what it never says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tips
from store.tips.receipts import Receipt, new, parse
from tests.tipline.files import CANARY, jpeg, pdf
from tests.tippage import STORY, TipTown, open_tip_town


@pytest.fixture
async def town(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[TipTown]:
    async with open_tip_town(engine, tmp_path) as opened:
        yield opened


async def read_by(town: TipTown, userid: str = "sq-ng1") -> tips.Conversation:
    """The only tip there is, as that officer reads it."""
    key = await town.officer(userid)
    async with town.office.engine.begin() as tx:
        at = await town.now()
        opened = await tips.open_tip(tx, key, (await town.tips())[0], at)
        return await tips.read(tx, opened, at)


async def answered(town: TipTown, text: str) -> None:
    key = await town.officer()
    async with town.office.engine.begin() as tx:
        at = await town.now()
        await tips.answer(tx, await tips.open_tip(tx, key, (await town.tips())[0], at), text, [], at)


# --- telling ----------------------------------------------------------------------------------------------


async def test_looking_sets_no_cookie_and_writes_nothing(town: TipTown) -> None:
    async with town.tipster() as tipster:
        for path in ("", "/return", "/done", "/new", "/talk", "/delete", "/receipt"):
            assert "Set-Cookie" not in (await tipster.get(path)).headers, path
    assert await town.rows("SELECT 1 FROM tip_apart.draft") == []


async def test_every_answer_has_the_strict_headers(town: TipTown) -> None:
    async with town.tipster() as tipster:
        for path in ("", "/return", "/nowhere", "/new", "/done"):
            headers = (await tipster.get(path)).headers
            assert headers["Content-Security-Policy"].startswith("default-src 'none'; "), path
            assert "script" not in headers["Content-Security-Policy"]
            assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
            assert headers["Server"] == "web"
        begun = await tipster.begin()
        assert begun.path == "/tip/zh/new"
    async with town.tipster() as other, other.http.post(f"{town.url}/tip/zh/begin", allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
        assert re.fullmatch(r"tip=[\w-]{43}; HttpOnly; Path=/tip; SameSite=Strict", cookie)


async def test_no_page_asks_for_anything_from_elsewhere(town: TipTown) -> None:
    async with town.tipster() as tipster:
        pages = [await tipster.get(""), await tipster.get("/return"), await tipster.tells()]
    for page in pages:
        assert "<script" not in page.html
        assert {
            one for one in re.findall(r'(?:src|href|action)="([^"#]+)"', page.html) if "/tip" not in one[:4]
        } == set()
        assert " style=" not in page.html
        assert len(page.body) % (16 * 1024) == 0


async def test_a_tip_is_told_sent_and_read(town: TipTown) -> None:
    async with town.tipster() as tipster:
        review = await tipster.tells(files=[jpeg(), pdf()])
        assert STORY in review.words
        assert "已去掉：" in review.words
        receipt = await tipster.submits()
        done = await tipster.confirms(receipt)
    assert done.path == "/tip/zh/done"
    told = await read_by(town)
    assert (told.answers["text"], told.door, told.notice) == (STORY, "web", "https")
    assert [one.kind for one in told.files] == ["image", "document"]
    assert await town.rows("SELECT 1 FROM tip_apart.draft") == []
    assert await town.rows("SELECT 1 FROM tip_apart.draft_file") == []


async def test_what_a_photo_tells_of_its_maker_is_gone(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells(files=[jpeg()])
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        talk = await tipster.returns(receipt)
        name = re.findall(r'name="file" value="([^"]+)"', talk.html)[0]
        taken = await tipster.post("/file", None, file=name)
    assert taken.headers["Content-Disposition"] == 'attachment; filename="photo-1.jpg"'
    assert taken.body.startswith(b"\xff\xd8")
    assert CANARY.encode() not in taken.body


async def test_a_needed_answer_is_asked_for_and_nothing_typed_is_lost(town: TipTown) -> None:
    async with town.tipster("en") as tipster:
        await tipster.begin()
        wrong = await tipster.post("/new", do="next", answer="  ")
        assert (wrong.status, "One sentence at least" in wrong.words) == (422, True)
        long = await tipster.post("/new", do="next", answer="x" * 2001)
        assert (long.status, "x" * 2001 in long.html) == (422, True)
        assert "Whom is it about?" in (await tipster.post("/new", do="next", answer="fine")).words


async def test_each_answer_can_be_changed_before_sending(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells(about="shop")
        asked = await tipster.post("/new", do="edit:about")
        assert "这件事主要跟谁有关" in asked.words
        review = await tipster.post("/new", do="next", answer="insider")
        assert "是做什么工作的人" in review.words  # the change opened another question
        await tipster.post("/new", do="next", answer="leader")
        at = await tipster.post("/new", do="back")
        assert 'value="leader" checked' in at.html


async def test_going_back_keeps_what_was_answered(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.begin()
        await tipster.post("/new", do="next", answer=STORY)
        assert STORY in (await tipster.post("/new", do="back")).html
        assert "这件事主要跟谁有关" in (await tipster.post("/new", do="next", answer=STORY + "。")).words


async def test_the_language_changes_without_a_cookie_and_without_losing_a_word(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.begin()
        await tipster.post("/new", do="next", answer=STORY)
        tipster.language = "en"
        assert "Whom is it about?" in (await tipster.get("/new")).words
    async with town.tipster() as tipster:
        async with tipster.http.get(f"{town.url}/tip", headers={"Accept-Language": "en-GB,en;q=0.9"}) as answer:
            assert '<html lang="en">' in await answer.text()
        async with tipster.http.get(f"{town.url}/tip", headers={"Accept-Language": "fr"}) as answer:
            assert '<html lang="zh-CN">' in await answer.text()


async def test_an_onion_service_has_its_own_notice_and_it_travels_with_the_tip(town: TipTown) -> None:
    async with town.tipster() as tipster:
        tipster.http.headers["Host"] = "a" * 56 + ".onion"
        assert "Tor" in (await tipster.get("")).words
        await tipster.tells()
        await tipster.submits()
    assert (await read_by(town)).notice == "onion"


# --- sent once --------------------------------------------------------------------------------------------


async def test_a_form_handed_in_twice_at_once_is_one_tip_with_one_receipt(town: TipTown) -> None:
    async with town.tipster() as tipster:
        review = await tipster.tells()
        sent = await asyncio.gather(*(tipster.send("/new", {**review.hidden, "do": "submit"}) for _ in range(4)))
        shown = {tuple(re.findall(r"<li><span>(.*?)</span></li>", one.html)) for one in sent}
    assert len(shown) == 1
    assert len(await town.tips()) == 1


async def test_a_file_sent_twice_is_there_once(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        page = await tipster.post("/new", do="edit:photos")
        page = await tipster.post("/new", jpeg(), do="add")
        form = page.hidden
        for _ in range(2):
            page = await tipster.send("/new", {**form, "do": "add"}, [jpeg()])
        assert page.html.count("remove:") == 2
        one = re.findall(r'value="(remove:[^"]+)"', page.html)[0]
        assert (await tipster.post("/new", None, do=one)).html.count("remove:") == 1


async def test_words_added_twice_are_one_message(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        talk = await tipster.returns(receipt)
        for _ in range(3):
            await tipster.send("/talk", {**_form(talk.html, "talk"), "text": "车牌 5K7"}, [jpeg()])
    assert [one.text for one in (await read_by(town)).messages] == ["车牌 5K7"]


def _form(html: str, name: str) -> dict[str, str]:
    form = html.partition(f'action="/tip/zh/{name}"')[2].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


# --- the receipt ------------------------------------------------------------------------------------------


async def test_the_receipt_is_shown_until_two_characters_came_back(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        assert (await tipster.get("/new")).path == "/tip/zh/receipt"  # the page does not let go
        words = await tipster.get("/receipt?as=en")
        assert parse(" ".join(re.findall(r"<li><span>(.*?)</span></li>", words.html))) == receipt
        check = await tipster.get("/receipt/check")
        assert not set(receipt.words("zh")) & set(re.findall(r"<li><span>(.*?)</span>", check.html))
        places = re.findall(r'name="place(\d+)"', check.html)
        wrong = await tipster.post("/receipt", None, **{f"place{one}": "错" for one in places})
        assert (wrong.status, "对不上" in wrong.words) == (422, True)
        english = {f"place{one}": f" {receipt.words('en')[int(one) - 1].upper()} " for one in places}
        assert (await tipster.post("/receipt", None, **english)).path == "/tip/zh/done"
        assert (await tipster.get("/receipt")).status == 410


async def test_the_receipt_stands_in_no_address_title_or_header(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        page = tipster.at
    assert page is not None
    title = page.html.partition("<title>")[2].partition("</title>")[0]
    for one in (title, page.path, str(page.headers)):
        assert not [word for word in receipt.words("zh") if word in one and word not in "请把它抄下来匿名举报"]
        assert receipt.secret.hex() not in one


@pytest.mark.parametrize("spaced", [" ", "", "\n", "\u3000", "，", "  \r\n"])
async def test_it_is_entered_however_it_was_written_down(town: TipTown, spaced: str) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        assert STORY in (await tipster.returns(spaced.join(receipt.words("zh")))).words
        wide = "".join(chr(ord(one) + 0xFEE0) if one.isascii() else one for one in " ".join(receipt.words("en")))
        assert STORY in (await tipster.returns(wide.replace(chr(0x20 + 0xFEE0), "\u3000"))).words


async def chat_receipt(town: TipTown) -> Receipt:
    async with town.office.engine.begin() as tx:
        answers = {"text": STORY, "about": "other"}
        return await tips.file_tip(tx, answers, [], door="telegram", notice="telegram", chat=True, at=await town.now())


async def test_a_receipt_from_a_chat_is_replaced_at_its_first_use(town: TipTown) -> None:
    old = await chat_receipt(town)
    async with town.tipster() as tipster:
        page = await tipster.returns(old)
        assert STORY not in page.words
        shown = await tipster.post("/renew", None)
        fresh = parse(" ".join(re.findall(r"<li><span>(.*?)</span></li>", shown.html)))
        assert fresh not in (None, old)
        assert fresh is not None
        async with town.tipster() as meanwhile:  # until the new one is confirmed, the old one stays good
            assert "换一个新回执" in (await meanwhile.returns(old)).words
        opened = await tipster.confirms(fresh)
        assert (opened.path, STORY in opened.words) == ("/tip/zh/talk", True)
    async with town.tipster() as later:
        assert (await later.returns(old)).status == 404
        assert STORY in (await later.returns(fresh)).words


# --- the dialogue -----------------------------------------------------------------------------------------


async def test_both_sides_talk_and_see_both_clocks(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        talk = await tipster.returns(receipt)
        assert "告诉您已经看到" in talk.words
        assert "告诉您结果" in talk.words
        talk = await tipster.send("/talk", {**_form(talk.html, "talk"), "text": "还有一辆白色面包车"}, [jpeg()])
        assert "还没有打开" in talk.words
        await read_by(town)
        await answered(town, "谢谢，车牌记得吗？<b>")
        talk = await tipster.get("/talk")
        assert "谢谢，车牌记得吗？<b>" in talk.words
        assert "工作人员签名，内容未被改动" in talk.words
        assert "工作人员已看到" in talk.words
        assert talk.words.count("保存 photo-") == 1


async def test_a_changed_row_is_never_shown_and_alarms(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        await answered(town, "车牌 5K7")
        async with town.office.engine.begin() as tx:
            await tx.exec_driver_sql("UPDATE tip_message SET sealed = sealed || '\\x00' WHERE counter = 1")
        page = await tipster.returns(receipt)
    assert (page.status, "车牌 5K7" in page.words, STORY in page.words) == (503, False, False)


async def test_an_identity_is_asked_for_and_given_to_the_custodian_alone(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        key = await town.officer()
        async with town.office.engine.begin() as tx:
            opened = await tips.open_tip(tx, key, (await town.tips())[0], await town.now())
            await tips.ask_identity(tx, opened, "to protect the witness", await town.now())
        talk = await tipster.returns(receipt)
        given = await tipster.post("/identity", None, **_form(talk.html, "identity"), identity="王小明 13800000000")
        assert "只有保管人能打开" in given.words
    told = await read_by(town)
    assert told.identity == "sealed"
    assert "王小明" not in repr(told)


async def test_deleting_needs_a_yes_and_is_for_good(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        await tipster.returns(receipt)
        await tipster.get("/delete")
        assert (await tipster.post("/delete", None)).status == 422
        assert (await tipster.post("/delete", None, sure="yes")).path == "/tip/zh/deleted"
        assert (await tipster.get("/talk")).status == 410
        assert (await tipster.returns(receipt)).status == 404
    assert await town.rows("SELECT 1 FROM tip_message") == []


async def test_putting_away_and_leaving_end_the_visit(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells()
        receipt = await tipster.submits()
        await tipster.confirms(receipt)
        talk = await tipster.returns(receipt)
        assert (await tipster.send("/end", _form(talk.html, "end"))).path == "/tip/zh/ended"
        await tipster.begin()
        async with tipster.http.get(f"{town.url}/tip/zh/leave", allow_redirects=False) as left:
            assert (left.status, left.headers["Location"][:8]) == (303, "https://")
            assert "tip=" in left.headers["Set-Cookie"]
    assert await town.rows("SELECT 1 FROM tip_apart.draft") == []


# --- nobody there, nothing left ---------------------------------------------------------------------------


async def test_without_a_vault_it_refuses_kindly_and_writes_nothing(engine: AsyncEngine, tmp_path: Path) -> None:
    async with open_tip_town(engine, tmp_path, vault=False) as town, town.tipster() as tipster:
        assert "现在暂时不能接收举报" in (await tipster.get("")).words
        refused = await tipster.post("/begin")
        assert (refused.status, "什么都没有留下" in refused.words, "Set-Cookie" in refused.headers) == (
            503,
            True,
            False,
        )
        assert await town.rows("SELECT 1 FROM tip_apart.draft") == []


async def test_when_everybody_is_touched_nothing_is_kept(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.tells(about="insider")
        await tipster.post("/new", do="edit:person_role")
        await tipster.post("/new", do="next", answer="supervision_officer")
        refused = await tipster.post("/new", do="submit")
        assert (refused.status, "没有提交" in refused.words) == (503, True)
        assert (await tipster.get("/new")).status == 410
    assert await town.tips() == []
    assert await town.rows("SELECT 1 FROM tip_apart.draft") == []


async def test_a_draft_ends_after_thirty_minutes_with_a_calm_sentence(town: TipTown) -> None:
    async with town.tipster() as tipster:
        await tipster.begin()
        town.office.clock.shift += timedelta(minutes=29)
        assert "这件事主要跟谁有关" in (await tipster.post("/new", do="next", answer=STORY)).words
        town.office.clock.shift += timedelta(minutes=31)
        over = await tipster.post("/new", do="next", answer="shop")
        assert (over.status, "30 分钟" in over.words) == (410, True)


async def test_a_receipt_that_never_was_opens_nothing(town: TipTown) -> None:
    async with town.tipster() as tipster:
        assert (await tipster.returns(new())).status == 404
