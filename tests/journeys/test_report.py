"""A report in under a minute and ten messages, from the shop to the right desk, in whatever order it is told."""

import asyncio
from itertools import permutations

import pytest

from bot.sandbox.faults import Late
from tests.doors.test_pictures import photo
from tests.journeys.town import SHOP, Town, number_in, until


async def test_a_clear_report_reaches_county_supervision_in_ten_messages(town: Town) -> None:
    await town.says("mq-cm", "上报")
    await town.photographs("mq-cm", photo())
    assert "1. 江山便利店" in await town.stands_at("mq-cm", *SHOP)
    assert "W20201" in await town.says("mq-cm", "1", "串码")
    review = await town.says("mq-cm", "1", "柜台下有外地码", "1", "1")
    for shown in ("1 张照片", "江山便利店", "W20201", "柜台下有外地码", "1. 提交"):
        assert shown in review
    assert "XS-2026-000001" in await town.says("mq-cm", "1")

    for officer in ("mq-ng1", "mq-ng2"):
        assert "请研判线索 XS-2026-000001" in await town.hears(officer, "XS-2026-000001")
    assert town.pushes("mq-yx-head") == town.pushes("mq-leader") == town.pushes("sx-ng") == []
    [clue] = await town.rows("SELECT * FROM clue")
    assert (clue["state"], clue["merchant"], clue["indicator"]) == ("county_review", "411421100001", "W20201")
    assert clue["distance_m"] == pytest.approx(14, abs=1)
    assert [form["clue"] for form in await town.rows("SELECT clue FROM handling_form")] == ["XS-2026-000001"]

    [evidence] = await until(lambda: town.rows("SELECT * FROM evidence WHERE state = 'stored'"))
    assert (evidence["number"], evidence["mime"], evidence["thumb"]) == ("XS-2026-000001", "image/jpeg", True)


async def test_an_unclear_report_goes_to_the_head_who_classifies_it_in_the_chat(town: Town) -> None:
    await town.photographs("mq-cm", photo())
    await town.says("mq-cm", "1")  # yes, report it
    await town.stands_at("mq-cm", *SHOP)
    await town.says("mq-cm", "1", "不确定", "门口堆着没有码的烟", "1", "1")
    assert "XS-2026-000001" in await town.says("mq-cm", "1")
    assert "请归类" in await town.hears("mq-yx-head", "XS-2026-000001")
    assert town.pushes("mq-ng1") == []

    assert "XS-2026-000001" in await town.says("mq-yx-head", "待办")
    assert "归类转报" in await town.says("mq-yx-head", "1")
    await town.says("mq-yx-head", "1", "串码", "1", "1")
    assert "请研判" in await town.hears("mq-ng1", "XS-2026-000001")
    assert "待县局内管研判" in await town.hears("mq-cm", "XS-2026-000001 有新进展")


async def test_a_report_in_english_to_an_officer_who_reads_chinese(town: Town) -> None:
    assert "Shall I make a report of this?" in await town.says("mq-cm2", "Two cartons coded to another shop")
    await town.photographs("mq-cm2", photo())
    await town.stands_at("mq-cm2", *SHOP)
    assert "Which shop is it?" in await town.says("mq-cm2", "1")
    assert "1. W20201 Cartons coded to another shop" in await town.says("mq-cm2", "1")
    assert "Does it need special attention?" in await town.says("mq-cm2", "1", "yesterday 3 pm")
    review = await town.says("mq-cm2", "no")
    for shown in ("Please check: Report", "1 photo", "19 November 2026, 15:00", "1. Submit"):
        assert shown in review
    assert "filed as XS-2026-000001" in await town.says("mq-cm2", "submit")
    assert "请研判线索 XS-2026-000001" in await town.hears("mq-ng1", "XS-2026-000001")

    # The city's officer reads English; the report was made in it and stays as it was said.
    await town.says("mq-ng1", "待办", "1", "上报市局", "涉及两个县", "提交")
    assert "Please assess clue XS-2026-000001" in await town.hears("sq-ng2", "XS-2026-000001")
    assert "Your clue XS-2026-000001 moves on: with city supervision" in await town.hears("mq-cm2", "moves on")
    assert "Two cartons coded to another shop" in await town.says("sq-ng2", "tasks", "1")


ORDERS = list(permutations(("photo", "place", "words")))


async def test_photo_place_and_words_in_any_order_make_the_same_report(town: Town) -> None:
    for who, order in zip(("mq-cm", "mq-mi", "mq-dw", "sx-cm", "sx-mi", "sx-dw"), ORDERS, strict=True):
        for thing in order:
            match thing:
                case "photo":
                    await town.photographs(who, photo())
                case "place":
                    await town.stands_at(who, *SHOP)
                case "words":
                    await town.says(who, "柜台下有串码烟")
        assert "1. 江山便利店" in await town.says(who, "1"), order
        answer = await town.says(who, "1", "1", "刚刚", "不需要", "提交")
        number_in(await town.says(who, "另报一条") if "另报一条" in answer else answer)
    rows = await town.rows("SELECT photos, text, merchant, indicator, distance_m < 20 AS near FROM clue")
    same = {"photos": 1, "text": "柜台下有串码烟", "merchant": "411421100001", "indicator": "W20201", "near": True}
    assert rows == [same] * 6


async def test_three_messages_at_once_all_count(town: Town) -> None:
    """Sent in one breath, they race on the way and one of them is overtaken by the others."""
    await town.says("mq-cm", "上报")
    town.cloud.faults.next("callback", Late())
    await asyncio.gather(
        town.photographs("mq-cm", photo()), town.stands_at("mq-cm", *SHOP), town.says("mq-cm", "柜台下有串码烟")
    )
    assert "是哪家店" in await town.says("mq-cm", "完成")
    review = await town.says("mq-cm", "1", "1", "刚刚", "不需要")
    for shown in ("1 张照片", "江山便利店门口", "柜台下有串码烟"):
        assert shown in review


async def test_an_album_is_as_many_photos_as_were_sent(town: Town) -> None:
    """WeCom sends the photos of one selection as messages of their own, all at once; the tenth does not fit."""
    await town.says("mq-cm", "上报")
    answers = await asyncio.gather(*(town.photographs("mq-cm", photo((300 + n, 200))) for n in range(10)))
    assert sum("到上限" in answer for answer in answers) == 1
    await town.stands_at("mq-cm", *SHOP)
    await town.says("mq-cm", "1", "串码", "1", "九张都在这里", "刚刚", "不需要")
    number = number_in(await town.says("mq-cm", "提交"))
    stored = "SELECT sha256 FROM evidence WHERE state = 'stored' AND number = :number"

    async def nine() -> bool:
        return len({row["sha256"] for row in await town.rows(stored, number=number)}) == 9

    await until(nine)
    assert "照片：9 张" in await town.says("mq-ng1", "待办", "1")


async def test_what_was_seen_days_ago_is_marked_late(town: Town) -> None:
    await town.says("mq-cm", "上报", "跳过", "当时没带手机", "跳过", "想不起来", "江山", "1", "串码", "1", "上周看到的")
    assert "2026年11月16日 15:00" in await town.says("mq-cm", "周一下午3点", "1")
    number = number_in(await town.says("mq-cm", "提交"))
    [clue] = await town.rows("SELECT late, observed_at < reported_at AS earlier FROM clue")
    assert clue == {"late": True, "earlier": True}
    read = await town.says("mq-ng1", f"查 {number}", "1")
    assert "迟报" in read
    assert "11月16日 15:00" in read


async def test_a_report_of_the_city_bureau_goes_to_city_supervision(town: Town) -> None:
    number = await town.files("sq-yx", "自己看到的")
    assert "请研判" in await town.hears("sq-ng1", number)
    assert "Please assess" in await town.hears("sq-ng2", number)
    assert town.pushes("mq-ng1") == town.pushes("sq-yx-head") == []


async def test_special_attention_brings_the_head_in(town: Town) -> None:
    await town.says("mq-mi", "上报", "跳过", "不让拍", "跳过", "没信号", "江山", "1", "串码", "1", "请领导看看", "刚刚")
    number = number_in(await town.says("mq-mi", "需要", "提交"))
    assert "请归类" in await town.hears("mq-zm-head", number)
    assert town.pushes("mq-yx-head") == []


async def test_where_nobody_heads_the_department_county_supervision_takes_it(town: Town) -> None:
    number = await town.files("mq-dw", "没有码的烟", "不确定")
    assert "请研判" in await town.hears("mq-ng1", number)
    assert town.pushes("mq-yx-head") == town.pushes("mq-zm-head") == []
