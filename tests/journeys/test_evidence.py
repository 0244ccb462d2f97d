"""Photos on their way: gone at the other side, refused by a full disk, sent twice. The report itself never waits."""

from hashlib import sha256
from pathlib import Path

from bot.sandbox.faults import Broken, Error
from tests.doors.test_pictures import photo
from tests.journeys.reckoning import reckon
from tests.journeys.reporters import Reporter, filed_once
from tests.journeys.town import SHOP, Town, number_in, until

STORED = "SELECT * FROM evidence WHERE state = 'stored'"


async def test_a_photo_that_is_gone_is_asked_for_again(town: Town) -> None:
    town.cloud.faults.next("media/get", Error(40007))
    await town.says("mq-cm", "上报")
    await town.photographs("mq-cm", photo())
    assert "有一张照片没有收到，请再发一次" in await town.hears("mq-cm", "没有收到")
    # Sent again while the report is still open, it is there; the report is filed with what came.
    await town.photographs("mq-cm", photo((300, 200)))
    await town.stands_at("mq-cm", *SHOP)
    await town.says("mq-cm", "完成")
    await town.says("mq-cm", "1", "串码", "1", "柜台下", "刚刚", "不需要")
    number = number_in(await town.says("mq-cm", "提交"))
    [kept] = await until(lambda: town.rows(STORED))
    assert kept["number"] == number
    assert [row["reason"] for row in await town.rows("SELECT reason FROM evidence WHERE state = 'failed'")]


async def test_a_full_disk_delays_the_photo_and_nothing_else(town: Town) -> None:
    """A file stands where the folder should be: nothing can be written there, not even by root."""
    folder = Path(town.office.settings.data_dir) / "objects" / "evidence"
    folder.write_text("")
    reporter = Reporter(town, "mq-cm")
    await reporter.report()
    assert next(iter(reporter.filed.values())) in await town.hears("mq-ng1", "请研判线索")
    [waiting] = await until(lambda: town.rows("SELECT * FROM evidence WHERE reason IS NOT NULL"))
    assert waiting["state"] == "wanted"
    folder.unlink()
    clues = await reckon(town)
    filed_once(clues, [reporter])
    [kept] = await town.rows(STORED)
    assert (kept["number"], kept["sha256"]) == (clues[0]["number"], sha256(photo((64, 64))).hexdigest())
    assert (folder / kept["sha256"][:2] / kept["sha256"]).read_bytes() == photo((64, 64))


async def test_a_cloud_that_stumbles_is_asked_again(town: Town) -> None:
    town.cloud.faults.next("media/get", Error(-1))
    town.cloud.faults.next("media/get", Broken())
    reporters = [Reporter(town, "mq-cm"), Reporter(town, "sx-cm")]
    for one in reporters:
        await one.report()
    filed_once(await reckon(town), reporters)
    rows = await town.rows(STORED)
    assert len(rows) == 2
    assert len({row["sha256"] for row in rows}) == 1  # the same picture twice lies in the store once
    assert len([*(Path(town.office.settings.data_dir) / "objects" / "evidence").rglob("*/*")]) == 1


async def test_what_is_no_picture_is_kept_as_it_came(town: Town) -> None:
    await town.says("mq-cm", "上报")
    await town.photographs("mq-cm", b"\xff\xd8\xff\xe0 no picture at all")
    await town.cloud.video("mq-cm", b"\0" * 2048)
    rows = await until(lambda: _two(town))
    assert {row["thumb"] for row in rows} == {False}
    assert {row["size"] for row in rows} == {22, 2048}


async def _two(town: Town) -> list[object]:
    rows = await town.rows(STORED)
    return list(rows) if len(rows) == 2 else []
