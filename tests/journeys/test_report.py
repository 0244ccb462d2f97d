"""A report in under a minute and ten messages, from the shop to the right desk."""

import pytest

from tests.doors.test_pictures import photo
from tests.journeys.town import Town, until

SHOP = (34.6484, 115.1483, "江山便利店门口")  # as a phone's map sends it (GCJ-02)


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
