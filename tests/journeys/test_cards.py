"""Task cards: pressed by one, grey for all who have them, and words wherever no card can be shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.sandbox.chats import Shown
from bot.sandbox.faults import Error
from tests.journeys.town import Town, until

UPDATE = "message/update_template_card"


@pytest.fixture
async def town(town: Town) -> Town:
    """A town whose clues are cards, too."""
    await town.rows(
        "INSERT INTO setting (key, valid_from, value, set_by)"
        " VALUES ('cards.ledgers', '2026-01-01', '[\"clue\", \"problem\"]', 'sq-admin')"
        " RETURNING key"
    )
    return town


async def card(town: Town, who: str, part: str) -> Shown:
    """The card that `who` is shown with `part` in it."""
    shown = await town.cloud.hears(who, part, 10)
    assert shown.kind == "template_card"
    return shown


def grey(town: Town, shown: Shown) -> Any:
    """What stands in place of that card's buttons, if they are gone."""
    [now] = [one for one in town.cloud.chats.of(shown.userid) if one.id == shown.id]
    return now.content.get("replaced")


def buttons(shown: Shown) -> list[str]:
    return [button["text"] for button in shown.content["button_list"]]


async def greyed(town: Town, *cards: Shown) -> list[Any]:
    """What stands on all of these cards, once none has buttons any more."""

    async def done() -> bool:
        return all(grey(town, one) for one in cards)

    await until(done)
    return [grey(town, one) for one in cards]


async def updates_settled(town: Town, count: int) -> None:
    async def settled() -> bool:
        rows = await town.rows("SELECT state FROM letter WHERE purpose = 'card_update'")
        return [row["state"] for row in rows] == ["sent"] * count

    await until(settled)


async def press(town: Town, shown: Shown, verb: str) -> str:
    number = shown.content["button_list"][-1]["key"].removeprefix("e|")
    return await town.cloud.press(shown.userid, f"v|{number}|{verb}", shown_id=shown.id) or ""


async def test_one_presses_and_the_cards_of_both_are_grey_once(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    cards = [await card(town, officer, f"请研判线索 {number}") for officer in ("mq-ng1", "mq-ng2")]
    for one in cards:
        assert buttons(one)[-1] == "看详情"
        assert {"上报市局", "不予处理"} <= set(buttons(one))
        assert {"商户", "指标", "上报", "期限"} <= {line["keyname"] for line in one.content["horizontal_content_list"]}

    asked = await press(town, cards[0], "dismiss")
    assert asked
    assert [grey(town, one) for one in cards] == [None, None]  # nothing is done yet
    await town.says("mq-ng1", "查无此事", "提交")
    assert await greyed(town, *cards) == ["已定不予处理 · 周正"] * 2

    await updates_settled(town, 2)
    assert [call.errcode for call in town.cloud.calls if call.name == UPDATE] == [0, 0]
    sent = {shown.msgid for shown in cards}
    spent = [code.spent for code in town.cloud.post.codes.values() if code.msgid in sent]
    assert sorted(spent) == [False, True, True]  # the press's own code is left


async def test_a_stale_card_explains_itself(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    cards = [await card(town, officer, f"请研判线索 {number}") for officer in ("mq-ng1", "mq-ng2")]
    await press(town, cards[0], "dismiss")
    await town.says("mq-ng1", "查无此事", "提交")
    await greyed(town, *cards)

    said = [
        await press(town, cards[1], "dismiss"),
        await town.says("mq-ng2", "重复"),
        await town.says("mq-ng2", "提交"),
    ]
    assert "不予处理" in "\n".join(said)
    [clue] = await town.rows("SELECT state, lines FROM clue")
    assert (clue["state"], clue["lines"]) == ("unfounded", 2)
    assert number in (await town.cloud.press("mq-ng2", f"e|{number}", shown_id=cards[1].id) or "")
    await updates_settled(town, 2)


async def test_a_newer_card_takes_the_place_of_the_old_one(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    old = [await card(town, officer, f"请研判线索 {number}") for officer in ("mq-ng1", "mq-ng2")]
    await press(town, old[0], "ask_info")
    await town.says("mq-ng1", "是哪个牌子", "提交")
    assert await greyed(town, *old) == ["已要求补充 · 周正"] * 2

    asked = await card(town, "mq-cm", f"请补充线索 {number}")
    assert buttons(asked)[0] == "补充"
    await press(town, asked, "supply")
    await town.says("mq-cm", "红旗渠", "提交", "提交")
    assert await greyed(town, asked) == ["已补充 · 林晓"]
    new = [await card(town, officer, f"请继续处理线索 {number}") for officer in ("mq-ng1", "mq-ng2")]
    assert [grey(town, one) for one in new] == [None, None]
    await updates_settled(town, 3)


async def test_a_card_that_is_refused_is_told_in_words(town: Town) -> None:
    town.cloud.faults.next("message/send", Error(40058), times=2)
    number = await town.files("mq-cm", "柜台下有外地码")
    for officer in ("mq-ng1", "mq-ng2"):
        shown = await town.cloud.hears(officer, f"请研判线索 {number}", 10)
        assert shown.kind == "text"
        assert "回复“待办”处理" in shown.text


async def test_an_administrator_switches_cards_off(town: Town) -> None:
    await town.rows(
        "INSERT INTO setting (key, valid_from, value, set_by) VALUES ('cards.off', '2026-01-01', :doors, 'sq-admin')"
        " RETURNING key",
        doors=json.dumps(["wecom"]),
    )
    number = await town.files("mq-cm", "柜台下有外地码")
    assert (await town.cloud.hears("mq-ng1", f"请研判线索 {number}", 10)).kind == "text"
    assert await town.rows("SELECT letter FROM card") == []


async def test_an_expired_card_is_left_alone(town: Town) -> None:
    number = await town.files("mq-cm", "柜台下有外地码")
    cards = [await card(town, officer, f"请研判线索 {number}") for officer in ("mq-ng1", "mq-ng2")]

    async def known() -> bool:
        return len(await town.rows("SELECT letter FROM card WHERE code IS NOT NULL")) == 2

    await until(known)
    await town.passes(hours=25)
    await press(town, cards[0], "dismiss")
    await town.says("mq-ng1", "查无此事", "提交")

    async def nothing_to_do() -> bool:
        rows = await town.rows("SELECT state FROM letter WHERE purpose = 'card_update'")
        return [row["state"] for row in rows] == ["obsolete", "obsolete"]

    await until(nothing_to_do)
    assert [call for call in town.cloud.calls if call.name == UPDATE] == []
