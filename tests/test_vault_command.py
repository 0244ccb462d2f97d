"""`loop153 vault`: from an empty database to an officer with a key, as an administrator does it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from store.db import open_engine
from tests.world import build_world


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> Path:
    """Settings for the command line, on a database with the sample world."""

    async def build() -> None:
        engine: AsyncEngine = open_engine(database_url, pool=1)
        async with engine.begin() as tx:
            await build_world(tx)
        await engine.dispose()

    asyncio.run(build())
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_DATA_DIR", str(tmp_path))
    (tmp_path / "passphrase").write_text("正确 的 马 电池\n", "utf-8")
    (tmp_path / "another").write_text("another passphrase\n", "utf-8")
    return tmp_path


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str]]:
    code = main(["vault", *words])
    shown = capsys.readouterr()
    return code, (shown.out + shown.err).splitlines()


def test_from_nothing_to_a_vault_that_is_ready(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passphrase = ("--passphrase-file", str(office / "passphrase"))
    assert call(capsys, "status") == (0, ["还没有保险柜，请先执行 loop153 vault init。"])
    assert call(capsys, "add-officer", "sq-ng1", *passphrase)[0] == 1

    code, made = call(capsys, "init")
    shares = [line.strip() for line in made if line.startswith("    ")]
    assert (code, len(shares), {len(one.split()) for one in shares}) == (0, 3, {33})
    assert call(capsys, "init")[0] == 1
    assert call(capsys, "status")[1][0] == "还没有内管人员持有密钥，暂不受理举报。"

    code, added = call(capsys, "add-officer", "sq-ng1", *passphrase)
    assert (code, added[0]) == (0, "sq-ng1 已有保险柜密钥，身份：内管人员。")
    assert call(capsys, "add-officer", "sq-ng2", "--invite")[0] == 0
    code, wrong = call(capsys, "add-officer", "mq-cm", "--invite")
    assert (code, len(wrong)) == (1, 1)
    assert call(capsys, "status") == (
        0,
        [
            "保险柜已就绪，可以受理举报。",
            "3 份中任意 2 份可打开。",
            "    sq-ng1  内管人员",
            "    sq-ng2  内管人员  (尚未设置口令)",
        ],
    )

    (office / "key").write_text(added[-1], "utf-8")
    (office / "shares").write_text("\n".join(shares), "utf-8")
    new = ("--passphrase-file", str(office / "another"))
    by_key = ("recover", "sq-ng1", "--secrets", str(office / "key"), *new)
    assert call(capsys, *by_key)[0] == 0
    assert call(capsys, *by_key) == (1, ["密钥不对：有词或字符写错了，或者属于另一个保险柜。"])
    by_shares = ("recover", "sq-ng1", "--by", "shares", "--secrets", str(office / "shares"))
    assert call(capsys, *by_shares) == (0, ["已为 sq-ng1 打开 0 件举报；0 件涉及本人，不予打开。"])


def test_a_passphrase_is_never_asked_for_without_a_terminal(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "init")[0] == 0
    code, said = call(capsys, "add-officer", "sq-ng1")
    assert (code, said) == (1, ["没有终端可输入口令，请用 --passphrase-file 或 --invite。"])
    assert call(capsys, "status")[1][2:] == []
    assert call(capsys, "add-officer", "sq-ng1", "--passphrase-file", str(office / "none"))[0] == 1
