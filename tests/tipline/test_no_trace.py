"""Nothing that tells who a tipster is stays anywhere: not after a tip, and not when every step fails once."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event

from bot.sandbox.callbacks import Patience
from bot.sandbox.wechat import WechatCloud
from bot.tips.buckets import Buckets
from tests.canaries import assert_no_trace, canary, traces
from tests.tipline import files
from tests.tipline.town import TipTown, open_tip_town, receipt_in


@dataclass(frozen=True)
class Bird:
    """One tipster, of whom everything is a canary."""

    openid: str = field(default_factory=lambda: canary("oK"))
    user: int = field(default_factory=lambda: int(canary()[:10], 16))
    name: str = field(default_factory=lambda: canary("Name-"))
    phone: str = field(default_factory=lambda: "138" + str(int(canary(), 16))[:12])
    story: str = field(default_factory=lambda: "夜里卸烟" + canary())
    station: str = field(default_factory=lambda: "西关站" + canary())
    file_name: str = field(default_factory=lambda: canary("林晓的照片-") + ".jpg")
    agent: str = field(default_factory=lambda: canary("Phone/"))
    inside: str = field(default_factory=lambda: canary("Kamera-"))

    @property
    def all(self) -> tuple[str | int, ...]:
        mine = (self.openid, self.user, self.name, self.phone, self.story, self.station, self.agent, self.inside)
        return (*mine, self.file_name.removesuffix(".jpg"), "34.648437", "115.148328")

    def photo(self) -> bytes:
        out = io.BytesIO()
        seen = files.exif()
        seen[0x010F] = self.inside
        with Image.open(io.BytesIO(files.jpeg())) as picture:
            picture.save(out, "JPEG", exif=seen, comment=self.inside.encode())
        return out.getvalue()


async def by_wechat(town: TipTown, bird: Bird) -> str:
    town.wechat.agent = bird.agent
    await town.wechat.follow(bird.openid)
    await town.tells(bird.openid, "1", bird.story, "2", "跳过", bird.station, "跳过", "跳过")
    await town.wechat.place(bird.openid, 34.648437, 115.148328, bird.name)
    await town.tells(bird.openid, "2", "跳过")
    await town.wechat.photo(bird.openid, bird.photo())
    await town.tells(bird.openid, "完成", "1", "跳过", f"{bird.name} {bird.phone}")
    return await town.tells(bird.openid, "提交")


async def by_telegram(town: TipTown, bird: Bird) -> str:
    cloud, user = town.telegram, bird.user
    cloud.names[user] = bird.name
    await town.writes(user, "/start", "1", bird.story, "2", "跳过", bird.station, "跳过", "跳过")
    await town.writes(user, lambda: cloud.place(user, 34.648437, 115.148328), "2", "跳过")
    await town.writes(user, lambda: cloud.attach(user, "document", bird.photo(), file_name=bird.file_name))
    await town.writes(user, "完成", "1", "跳过", f"{bird.name} {bird.phone}")
    return await town.writes(user, "提交")


async def by_wecom(town: TipTown, bird: Bird) -> str:
    members, who = town.members, "mq-cm"
    await members.says(who, "举报", "2", bird.story, "2", "跳过", bird.station, "跳过", "跳过")
    await members.stands_at(who, 34.648437, 115.148328, bird.name)
    await members.says(who, "2", "跳过")
    await members.photographs(who, bird.photo())
    await members.says(who, "完成", "1", "跳过", f"{bird.name} {bird.phone}")
    return await members.says(who, "提交")


pytestmark = pytest.mark.timeout(400)  # every file of a server is read, in every form of every canary
DOORS = {"wechat": by_wechat, "telegram": by_telegram, "wecom": by_wecom}


@pytest.mark.parametrize("door", DOORS)
async def test_no_trace_of_a_tip_or_its_tipster(database_url: str, tmp_path: Path, door: str) -> None:
    bird = Bird()
    async with open_tip_town(database_url, tmp_path, telegram_mode="webhook") as town:
        done = await DOORS[door](town, bird)
        receipt = receipt_in(done)
        assert bird.story in str((await town.read()).answers)
        words = (" ".join(receipt.words("en")), "".join(receipt.words("zh")), receipt.secret.hex())
        await assert_no_trace((*bird.all, *words), town)
        if door == "wecom":  # whoever gives a tip in the work chat is in no row of it
            rows = await town.members.rows("SELECT person_id FROM inbox UNION SELECT person_id FROM dialogue")
            assert rows == []


async def test_the_search_finds_what_is_there(database_url: str, tmp_path: Path) -> None:
    """Or nothing of the above would mean anything: each form is planted somewhere, and found."""
    planted = {form: canary("火鸟-") for form in ("UTF-8", "base64", "hex", "UTF-16LE", "sha256", "JSON")}
    async with open_tip_town(database_url, tmp_path) as town:
        await town.members.rows("UPDATE unit SET name_en = :v WHERE code = '411400' RETURNING 1", v=planted["UTF-8"])
        (tmp_path / "objects").mkdir(exist_ok=True)
        (tmp_path / "objects" / "x").write_bytes(b"a" + base64.b64encode(b"z" + planted["base64"].encode() + b"zz"))
        (tmp_path / "y").write_bytes(planted["hex"].encode().hex().encode() + planted["UTF-16LE"].encode("utf-16-le"))
        town.lines.write(hashlib.sha256(planted["sha256"].encode()).hexdigest() + json.dumps(planted["JSON"]))
        found = {one.canary for one in await traces(planted.values(), town)}
    assert found == set(planted.values())


@contextmanager
def failing(town: TipTown) -> Iterator[list[int]]:
    """Each delivery of a message fails one statement later than the one before, until one has none left to fail: by
    an exception that quotes what it was given, or by one of the database's own."""
    turn = [0, 0, 0]  # which statement fails, statements so far, failures in all

    def before(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> Any:
        if "tip" not in statement and "clue" not in statement:
            return statement, values
        turn[1] += 1
        if turn[1] != turn[0]:
            return statement, values
        turn[2] += 1
        if turn[2] % 2:
            raise RuntimeError(f"forced at {statement} with {values}")
        return f"{statement} BREAKS HERE(", values

    engine = town.office.engine.sync_engine
    event.listen(engine, "before_cursor_execute", before, retval=True)
    try:
        yield turn
    finally:
        event.remove(engine, "before_cursor_execute", before)


async def test_no_trace_when_every_step_fails_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bird, post, deliver = Bird(), WechatCloud._post, WechatCloud._deliver
    async with open_tip_town(database_url, tmp_path) as town:
        town.office.tips.people = Buckets(rate=1000.0, burst=100_000)
        town.wechat.patience = Patience(answer_within=5.0, retries=120, pause=0.0)
        with failing(town) as turn:

            async def attempt(cloud: WechatCloud, query: Any, body: bytes) -> tuple[str, bytes]:
                turn[0], turn[1] = turn[0] + 1, 0
                return await post(cloud, query, body)

            async def anew(cloud: WechatCloud, openid: str, fields: Any) -> str | None:
                turn[0] = 0
                return await deliver(cloud, openid, fields)

            monkeypatch.setattr(WechatCloud, "_post", attempt)
            monkeypatch.setattr(WechatCloud, "_deliver", anew)
            done = await by_wechat(town, bird)
        assert turn[2] > 100
        receipt_in(done)
        assert bird.story in str((await town.read()).answers)
        assert "forced at" not in town.logged
        await assert_no_trace(bird.all, town)
