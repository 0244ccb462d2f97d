"""A tip through each chat door, as its tipster lives it: notice, questions, photos, receipt, and coming back."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from tests.tipline import files
from tests.tipline.town import LINKED, TipTown, open_tip_town, receipt_in

OPENID, STRANGER = "oKanarie-153_Vogel0000000001", 700_153_001


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[TipTown]:
    async with open_tip_town(database_url, tmp_path) as opened:
        yield opened


async def test_a_tip_by_wechat(town: TipTown) -> None:
    hello = await town.wechat.follow(OPENID)
    assert hello is not None
    assert "微信知道这是您的账号" in hello
    assert town.url in hello
    assert "发生了什么事" in await town.tells(OPENID, "1")
    await town.tells(OPENID, "面包车后半夜卸烟", "1", "东门口江山便利店", "上周", "火车站对面")
    kept = await town.wechat.photo(OPENID, files.jpeg())
    assert kept is not None
    assert "已去掉：" in kept
    assert "拍摄地点" in kept
    assert "已收到 1 张照片" in kept
    review = await town.tells(OPENID, "完成", "1", "跳过", "跳过")
    assert "面包车后半夜卸烟" in review
    done = await town.tells(OPENID, "提交")
    receipt = receipt_in(done)
    tip = await town.read()
    assert tip.answers == {
        "text": "面包车后半夜卸烟", "about": "shop", "shop": "东门口江山便利店", "when": "上周", "where": "火车站对面",
        "knowing": "saw",
    }  # fmt: skip
    assert (tip.door, tip.notice, [one.name for one in tip.files]) == ("wechat", "wechat", ["photo-1.jpg"])
    [data] = await town.file_bytes()
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, dict(picture.getexif())) == ("JPEG", {})
    # Days later, with the receipt as somebody types it from paper.
    back = await town.tells(OPENID, "\n".join(receipt.words("zh")))
    assert "还没有人" in back
    assert "已补充" in await town.tells(OPENID, "车牌尾号 153")
    assert "回执" in await town.tells(OPENID, "完成")
    assert [one.text for one in (await town.read()).messages] == ["车牌尾号 153"]
    assert {one.problem for one in town.wechat.attempts} == {""}


@pytest.mark.parametrize("mode", ["webhook", "polling"])
async def test_a_tip_by_telegram(database_url: str, tmp_path: Path, mode: str) -> None:
    async with open_tip_town(database_url, tmp_path, telegram_mode=mode) as town:
        hello = await town.writes(STRANGER, "/start")
        assert "Telegram 知道这是您的账号" in hello
        assert "发生了什么事" in await town.writes(STRANGER, lambda: town.tapped(STRANGER, "开始举报"))
        await town.writes(STRANGER, "送货的每周带走两条", lambda: town.tapped(STRANGER, "单位里的人"))
        await town.writes(STRANGER, lambda: town.tapped(STRANGER, "送货员"), "民权", "跳过", "每周")
        asked = await town.writes(STRANGER, lambda: town.telegram.place(STRANGER, 34.648437, 115.148328))
        assert "还是您现在所在的地方" in asked
        again = await town.writes(STRANGER, lambda: town.tapped(STRANGER, "我现在的地方"))
        assert "已经丢掉" in again
        asked = await town.writes(STRANGER, lambda: town.telegram.place(STRANGER, 34.648437, 115.148328))
        await town.writes(STRANGER, lambda: town.tapped(STRANGER, "事情发生的地方"))
        document = await town.writes(
            STRANGER, lambda: town.telegram.attach(STRANGER, "document", files.pdf(), file_name="林晓的账本.pdf")
        )
        assert "1 份文件" in document
        await town.writes(STRANGER, "跳过", "跳过", "跳过", "跳过")
        done = await town.writes(STRANGER, lambda: town.tapped(STRANGER, "提交"))
        receipt_in(done)
        tip = await town.read()
        assert tip.answers["place"] == {"lat": 34.649, "lon": 115.148, "datum": "wgs84", "label": ""}
        assert (tip.answers["person_role"], tip.answers["about"]) == ("delivery_worker", "insider")
        assert [one.name for one in tip.files] == ["document-1.pdf"]
        assert town.telegram.spinning == set()
        sent = [given for method, given in town.telegram.calls if method == "sendMessage"]
        assert {given["chat_id"] for given in sent} == {STRANGER}


async def test_staff_are_warned_and_must_say_yes_twice(town: TipTown) -> None:
    members = town.members
    warned = await members.says("mq-cm", "举报")
    assert "单位可能看得到" in warned
    assert f"{town.url}\n" in warned
    assert f"{town.url}/qr.png" in warned
    assert "没有留下" in await members.says("mq-cm", "江山便利店卖外地烟")
    assert "发生了什么事" in await members.says("mq-cm", "2")
    await members.says("mq-cm", "领导收好处", "3", "跳过", "跳过", "跳过", "跳过", "跳过", "跳过")
    done = await members.says("mq-cm", "提交")
    receipt_in(done)
    assert "工作" in done.splitlines()[-1]
    tip = await town.read()
    assert (tip.door, tip.notice, tip.answers["text"]) == ("wecom", "wecom", "领导收好处")
    # From here on it is the work chat again, and nothing of the tip is in its books.
    assert "江山" not in await members.says("mq-cm", "我的")
    stored = await members.rows("SELECT said::text AS said FROM inbox UNION ALL SELECT state::text FROM dialogue")
    assert not [row for row in stored if "领导收好处" in row["said"] or "举报" in row["said"]]
    assert members.pushes("mq-cm") == []


async def test_whoever_is_warned_may_go_on_with_work(town: TipTown) -> None:
    await town.members.says("mq-cm", "举报")
    assert "照片" in await town.members.says("mq-cm", "上报")
    assert await town.members.rows("SELECT 1 FROM tip_apart.draft") == []


async def test_linked_staff_on_telegram_are_warned_too(town: TipTown) -> None:
    warned = await town.writes(LINKED, "/tip")
    assert "认得" in warned
    await town.writes(LINKED, lambda: town.tapped(LINKED, "仍在这里"), "只说一句")
    assert "是做什么工作" in await town.writes(LINKED, lambda: town.tapped(LINKED, "单位里的人"))
    await town.writes(LINKED, "取消", "是")
    assert "位置" in await town.writes(LINKED, "上报", "跳过", "没法拍")


async def test_the_work_chat_can_be_closed_to_tips(database_url: str, tmp_path: Path) -> None:
    async with open_tip_town(database_url, tmp_path, tips_in_wecom="refuse") as town:
        said = await town.members.says("mq-cm", "我要举报")
        assert "不收" in said
        assert town.url in said
        assert "照片" in await town.members.says("mq-cm", "上报")
        assert await town.members.rows("SELECT 1 FROM tip_apart.pepper") == []


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_every_mode_of_an_account(database_url: str, tmp_path: Path, mode: str) -> None:
    async with open_tip_town(database_url, tmp_path, mode=mode) as town:  # type: ignore[arg-type]
        assert await town.wechat.verify()
        assert "发生了什么事" in await town.tells(OPENID, "举报")
        assert {(one.status, one.problem) for one in town.wechat.attempts} == {("200", "")}


async def test_a_slow_photo_is_answered_to_the_attempt_that_still_listens(town: TipTown) -> None:
    await town.tells(OPENID, "举报", "卖假烟", "3", "跳过", "跳过")
    town.wechat.media_takes = 6.0
    said = await town.wechat.photo(OPENID, files.jpeg())
    assert said is not None
    assert "已收到 1 张照片" in said
    assert [one.status for one in town.wechat.attempts[-2:]] == ["time-out", "200"]


async def test_a_lost_answer_comes_again_with_the_same_receipt(town: TipTown) -> None:
    await town.tells(OPENID, "举报", "卖假烟", "3", "跳过", "跳过", "跳过", "跳过", "跳过", "跳过")
    town.wechat.lost, town.wechat.copies = 2, 3
    done = await town.tells(OPENID, "提交")
    receipt_in(done)
    assert len(await town.tips()) == 1


async def test_a_webhook_delivered_again_makes_one_tip_and_one_receipt(database_url: str, tmp_path: Path) -> None:
    async with open_tip_town(database_url, tmp_path, telegram_mode="webhook") as town:
        await town.writes(STRANGER, "/tip", "卖假烟", lambda: town.tapped(STRANGER, "说不清"))
        await town.writes(STRANGER, "跳过", "跳过", "跳过", "跳过", "跳过", "跳过")
        cloud, http = town.telegram, town.office.http
        cloud._courier = None
        update = cloud.tap(STRANGER, next(data for label, data in cloud.chats[STRANGER][-1].buttons if label == "提交"))
        before = len(cloud.chats[STRANGER])
        for _ in range(3):
            assert await cloud.deliver(http, update) == 200
        answers = [seen.text for seen in cloud.chats[STRANGER][before:]]
        assert len(answers) == 3
        assert len(set(answers)) == 1
        receipt_in(answers[0])
        assert len(await town.tips()) == 1


async def test_without_a_vault_nothing_is_begun(database_url: str, tmp_path: Path) -> None:
    async with open_tip_town(database_url, tmp_path, officers={}) as town:
        for said in (await town.tells(OPENID, "举报"), await town.writes(STRANGER, "/start")):
            assert "没有人能打开" in said
        assert "没有人能打开" in await town.members.says("mq-cm", "举报")
        for table in ("draft", "seen", "draft_file"):
            assert await town.members.rows(f"SELECT 1 FROM tip_apart.{table}") == []


async def test_what_is_no_photo_is_refused_with_a_sentence(town: TipTown) -> None:
    await town.tells(OPENID, "举报", "卖假烟", "3", "跳过", "跳过")
    sent = {
        files.png_bomb(): "太大",
        b"GIF89a" * 9: "JPEG",
        files.jpeg()[:9000]: "损坏",
        files.jpeg() + b"%PDF-1.7": "藏着",
    }
    for data, part in sent.items():
        said = await town.wechat.photo(OPENID, data)
        assert part in (said or "")
    assert "声音" in (await town.wechat.voice(OPENID) or "")
    assert "有照片吗" in await town.tells(OPENID, "帮助")


async def test_a_wrong_receipt_says_no_more_than_an_unknown_one(town: TipTown) -> None:
    from store.tips import receipts

    said = await town.tells(OPENID, "回执", " ".join(receipts.new().words("en")))
    assert said == await town.tells(OPENID, "随便写点什么")
    assert "没有" in said
