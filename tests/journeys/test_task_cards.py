"""Task cards of a problem: pressed by one, grey for everybody who has them, telling why when they are stale; and the
same as inline buttons in Telegram, and in words for whoever sees no cards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.sandbox.chats import Shown
from bot.sandbox.telegram import Seen, TelegramCloud
from store import tables
from tests.journeys.test_cards import buttons, card, grey, greyed, updates_settled
from tests.journeys.test_telegram import OFFICER, linked_town, talk
from tests.journeys.town import SHOP, Town, until

CASE = "WT-2026-000001"
INSPECTOR = 9


async def press(town: Town, shown: Shown, verb: str) -> str:
    return await town.cloud.press(shown.userid, f"v|{CASE}|{verb}", shown_id=shown.id) or ""


async def dispatched(town: Town) -> Shown:
    """The card of the market inspector's new task."""
    clue = await town.files("mq-cm", "柜台下有外地码")
    said = f"立案 {clue}|跳过|跳过|专卖立案|4|仅此一户|专卖|赵刚|跳过|5个工作日|提交"
    assert CASE in await town.says("mq-ng1", *said.split("|"))
    return await card(town, "mq-mi", CASE)


async def fed_back(town: Town) -> tuple[Shown, list[Shown]]:
    """The inspector's second card, and those of both officers who may verify."""
    await press(town, await dispatched(town), "receive")
    await town.says("mq-leader", f"催办 {CASE}")
    nudged = await card(town, "mq-mi", "催办")
    await press(town, nudged, "feedback")
    await town.says("mq-mi", "外地带货", "已封存", "跳过")
    await town.stands_at("mq-mi", *SHOP)
    assert "由内管核定" in await town.says("mq-mi", "提交")
    return nudged, [await card(town, officer, f"请核定问题 {CASE}") for officer in ("mq-ng1", "mq-ng2")]


async def test_a_task_is_received_by_its_card_once(town: Town) -> None:
    task = await dispatched(town)
    assert {"签收", "退回派遣", "看详情"} <= set(buttons(task))
    assert {"商户", "期限"} <= {line["keyname"] for line in task.content["horizontal_content_list"]}
    assert f"{CASE} 已签收" in await press(town, task, "receive")
    assert await greyed(town, task) == ["已签收 · 赵刚"]
    await town.passes(seconds=2)  # the same press within a second is a repetition
    again = await press(town, task, "receive")
    assert f"这张卡片已过期。{CASE} 的“签收”由尚未签收的责任人办理。您可以：转办、进展、反馈" in again
    verbs = [row["verb"] for row in await town.rows("SELECT verb FROM line WHERE number = :n ORDER BY seq", n=CASE)]
    assert verbs == ["open", "receive"]
    await updates_settled(town, 1)


async def test_one_officer_verifies_and_the_cards_of_both_say_so(town: Town) -> None:
    nudged, cards = await fed_back(town)
    assert await greyed(town, nudged) == ["已反馈 · 赵刚"]
    assert [grey(town, one) for one in cards] == [None, None]
    await press(town, cards[1], "verify")
    assert "已核定" in await town.says("mq-ng2", "属实", "下架", "跳过", "提交")
    assert await greyed(town, *cards) == ["已核定 · 吴敏"] * 2

    stale = await press(town, cards[0], "verify")  # it was still open on the other's phone
    assert f"这张卡片已过期。{CASE} 现在是“整改中”，不能“核定”。" in stale
    assert CASE in (await town.cloud.press("mq-ng1", f"e|{CASE}", shown_id=cards[0].id) or "")
    rows = await town.rows("SELECT count(*) AS n FROM line WHERE number = :n AND verb = 'verify'", n=CASE)
    assert rows[0]["n"] == 1
    spent = [code.spent for code in town.cloud.post.codes.values() if code.msgid in {one.msgid for one in cards}]
    assert spent.count(True) == 2  # each card's own code, once


async def test_where_no_cards_are_shown_words_do_the_same(town: Town) -> None:
    await town.rows("INSERT INTO setting VALUES ('cards.off', '2026-01-01', '[\"wecom\"]', 'sq-admin') RETURNING key")
    clue = await town.files("mq-cm", "柜台下有外地码")
    said = f"立案 {clue}|跳过|跳过|专卖立案|4|仅此一户|专卖|赵刚|跳过|5个工作日|提交"
    await town.says("mq-ng1", *said.split("|"))
    shown = await town.cloud.hears("mq-mi", CASE, 10)
    assert shown.kind == "text"
    assert "回复“待办”处理" in shown.text
    assert "已签收" in await town.says("mq-mi", "待办", "1", "签收")


def tap(cloud: TelegramCloud, who: int, shown: Seen, label: str) -> None:
    """Press the button of that message that says so."""
    [data] = [data for text, data in shown.buttons if label in text]
    cloud.tap(who, data)


async def test_in_telegram_the_same_buttons_stand_under_the_letter(engine: AsyncEngine, tmp_path: Path) -> None:
    async with linked_town(engine, tmp_path, "polling") as cloud:
        async with engine.begin() as tx:
            row = {"door": "telegram", "address": str(INSPECTOR), "person_id": "mq-mi"}
            await tx.execute(insert(tables.contact).values(row))
            await tx.execute(delete(tables.setting))  # tasks are cards, clues are not: as it is without a row
        cloud.known |= {OFFICER, INSPECTOR}
        told = "上报 跳过 不让拍 跳过 没信号 江山便利店 1 串码 1 柜台下 刚刚 不需要 提交"
        await talk(cloud, *told.split())
        await cloud.sees(OFFICER, 1)
        said = "立案 XS-2026-000001|跳过|跳过|专卖立案|4|仅此一户|专卖|赵刚|跳过|5个工作日|提交"
        for words in said.split("|"):
            before = len(cloud.chats[OFFICER])
            cloud.say(OFFICER, words)
            await cloud.sees(OFFICER, before + 1)

        async def task() -> Seen | None:
            return next((one for one in cloud.chats[INSPECTOR] if CASE in one.text and one.buttons), None)

        letter = await until(task)
        tap(cloud, INSPECTOR, letter, "签收")

        async def without(shown: Seen) -> bool:
            return not shown.buttons

        await until(lambda: without(letter))
        assert any("已签收" in one.text for one in cloud.chats[INSPECTOR])
        cloud.tap(INSPECTOR, f"v|{CASE}|receive")  # from a phone that had not seen the change
        await until(lambda: _says(cloud, "这张卡片已过期"))
        assert cloud.spinning == set()


async def _says(cloud: TelegramCloud, words: str) -> bool:
    return any(words in one.text for one in cloud.chats[INSPECTOR])
