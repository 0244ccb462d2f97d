"""A case on its way out: the same bytes every time, proven whole, and every change found; hostile archives refused."""

from __future__ import annotations

import asyncio
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.__main__ import main
from bot.casefile import paper
from bot.casefile.archive import archive, read_case
from store.casefiles import caseproof
from store.casefiles.canonical import dumped
from store.casefiles.caseproof import verify
from store.db import open_engine
from tests.cases import CLUE, PROBLEM, build_case, exported, objects_in, sent
from tests.conftest import _admin, _named
from tests.doors.test_pictures import photo as jpeg
from tests.store.test_ledger import PLACE, photo, report
from tests.world import build_world

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def case(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files of one whole case, built once."""
    name = f"case_{uuid.uuid4().hex[:12]}"
    asyncio.run(_admin(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    data = asyncio.run(_built(_named(server_url, name), tmp_path_factory.mktemp("case")))
    asyncio.run(_admin(server_url, f'DROP DATABASE "{name}" WITH (FORCE)'))
    return unpacked(data)


async def _built(url: str, folder: Path) -> bytes:
    engine, objects = open_engine(url, pool=2), objects_in(folder)
    try:
        await build_case(engine, objects)
        return await exported(engine, objects)
    finally:
        await engine.dispose()


def unpacked(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def packed(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return out.getvalue()


def broken(data: bytes) -> list[str]:
    return [str(check) for check in verify(io.BytesIO(data)) if not check.good]


def sealed(files: Files, *, heads: bool = False) -> bytes:
    """Packed by somebody who knows how manifests are made."""
    manifest = json.loads(files["manifest.json"])
    for name, data in files.items():
        if name != "manifest.json":
            digest = sha256(data).hexdigest()
            manifest["files"][name] = {"sha256": digest, "size": len(data)}
    manifest["files"] = {name: one for name, one in manifest["files"].items() if name in files}
    if heads:
        lines = [json.loads(line) for line in files["lines.jsonl"].decode().splitlines()]
        manifest["heads"] = {line["number"]: {"lines": line["seq"], "hash": line["hash"]} for line in lines}
    return packed({**files, "manifest.json": dumped(manifest).encode()})


async def test_the_same_case_is_the_same_bytes_and_whole(engine: AsyncEngine, tmp_path: Path) -> None:
    objects = objects_in(tmp_path)
    await build_case(engine, objects)
    first = await exported(engine, objects)
    assert first == await exported(engine, objects)
    assert broken(first) == []
    names = set(unpacked(first))
    assert {*caseproof.PAPERS} == {name for name in names if "/" not in name}
    assert sorted(Path(name).suffix for name in names if "/" in name) == [".amr", ".jpg", ".jpg", ".jpg", ".jpg"]
    assert broken(await exported(engine, objects, CLUE)) == []


def test_any_flipped_byte_is_found(case: Files) -> None:
    for name, data in case.items():
        for at in (0, len(data) // 2, len(data) - 1):
            flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            assert broken(packed({**case, name: flipped})) != [], (name, at)


def test_a_removed_or_added_file_is_named(case: Files) -> None:
    for name in case:
        without = {one: data for one, data in case.items() if one != name}
        assert broken(packed(without)) == [f"A file is missing: {name}"]
    stranger = f"evidence/{'0' * 64}.jpg"
    assert broken(packed({**case, stranger: b"x"})) == [f"The manifest does not know this file: {stranger}"]
    assert broken(sealed({**case, stranger: b"x"})) == [f"An original belongs to no line: {stranger}"]


def _rows(case: Files) -> list[bytes]:
    return case["lines.jsonl"].splitlines(keepends=True)


def _dropped(case: Files) -> Files:
    rows = _rows(case)
    return {**case, "lines.jsonl": b"".join(rows[:3] + rows[4:])}


def _swapped(case: Files) -> Files:
    rows = _rows(case)
    rows[3], rows[4] = rows[4], rows[3]
    return {**case, "lines.jsonl": b"".join(rows)}


def _reworded(case: Files) -> Files:
    return {**case, "lines.jsonl": case["lines.jsonl"].replace("已到店核对台账".encode(), "未到店核对台账".encode())}


def _cut(case: Files) -> Files:
    rows = _rows(case)
    return {**case, "lines.jsonl": b"".join(rows[:8] + rows[9:])}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_dropped, "The chain of WT-2026-000001 breaks at line 4."),
        (_swapped, "The chain of WT-2026-000001 breaks at line 4."),
        (_reworded, "The chain of WT-2026-000001 breaks at line 4."),
        (_cut, "The chain of WT-2026-000001 does not end where the manifest says."),
    ],
)
def test_a_changed_chain_is_found_even_under_a_new_manifest(
    case: Files, change: Callable[[Files], Files], found: str
) -> None:
    changed = change(case)
    assert broken(packed(changed)) == ["A file was changed: lines.jsonl"]
    assert found in broken(sealed(changed))


def test_a_cut_chain_under_new_heads_contradicts_the_case(case: Files) -> None:
    assert broken(sealed(_cut(case), heads=True))[0] == "case.json tells other lines than the chains."
    told = json.loads(case["case.json"])
    told["lines"] = [line for line in told["lines"] if line["verb"] != "confirm"]
    cut = {**_cut(case), "case.json": dumped(told).encode()}
    assert "case.json has WT-2026-000001 in another state than its last line." in broken(sealed(cut, heads=True))


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (lambda told: told["lines"][0].update(text="没有问题"), "case.json tells other lines than the chains."),
        (lambda told: told["lines"].reverse(), "case.json tells other lines than the chains."),
        (lambda told: told["problem"].update(state="archived"), "case.json has WT-2026-000001 in another state"),
        (lambda told: told["evidence"].pop(), "names a file that is not there"),
        (lambda told: told["evidence"][0].update(sha256="0" * 64), "An original is not the one that was stored"),
        (lambda told: told["evidence"].clear(), "An original belongs to no line"),
        (lambda told: told.update(lines=7), "case.json is not in the form in which it was written."),
        (lambda told: told.update(evidence=[3]), "The evidence in case.json is not in the form"),
    ],
)
def test_an_edited_case_is_found_even_under_a_new_manifest(case: Files, edit: Any, found: str) -> None:
    told = json.loads(case["case.json"])
    edit(told)
    assert any(found in one for one in broken(sealed({**case, "case.json": dumped(told).encode()})))


def test_a_replaced_photo_is_found_even_under_a_new_manifest(case: Files) -> None:
    name = next(one for one in case if one.endswith(".jpg"))
    replaced = {**case, name: case[name] + b"\0"}
    assert broken(packed(replaced)) == [f"A file was changed: {name}"]
    assert broken(sealed(replaced)) == [f"An original is not the one that was stored: {name}"]


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "evidence/../../x", "evidence/a.jpg", "C:\\x", "a\nb", "x/"]
)
def test_strange_names_are_refused(case: Files, name: str) -> None:
    [said] = broken(packed({**case, name: b"x"}))
    assert said.startswith("A file does not belong here: ")
    assert "\n" not in said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_archives_end_in_one_sentence(case: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO(packed(case))
    with zipfile.ZipFile(out, "a") as bundle:
        bundle.writestr("case.json", case["case.json"])
    assert broken(out.getvalue()) == ["A file is there twice: case.json"]
    deep = {**case, "case.json": b"[" * 200_000}
    assert broken(sealed(deep))[0] == "case.json is not in the form in which it was written."
    for rubbish in (b"", b"PK\5\6", b"not a zip" * 99, packed(case)[:-30], packed(case)[500:]):
        assert broken(rubbish) != []
    monkeypatch.setattr(caseproof, "MOST_TEXT", 100_000)
    assert broken(packed({**case, "README.txt": b"\0" * 5_000_000})) == [
        "The archive is larger than any case file may be; it was not unpacked."
    ]
    wide = packed({f"evidence/{n:064}.jpg": b"" for n in range(2000)})
    assert broken(wide) == ["This is no ZIP archive that can be read."]


def _understated(data: bytes, name: bytes, size: int) -> bytes:
    """The archive with a wrong size in its directory, as bombs have it."""
    at = data.index(name, data.index(b"PK\1\2")) - 46
    return data[: at + 24] + size.to_bytes(4, "little") + data[at + 28 :]


def test_a_directory_that_lies_about_sizes_is_found(case: Files) -> None:
    assert broken(_understated(packed(case), b"README.txt", 10)) == ["A file cannot be read: README.txt"]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_papers_name_the_case(
    engine: AsyncEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    """Text of this font is UTF-16 in the page, written as PDF strings with their escapes."""
    monkeypatch.setattr(paper, "COMPRESSED", False)
    objects = objects_in(tmp_path)
    await build_case(engine, objects)
    files = unpacked(await exported(engine, objects, language=language))
    for name in ("handling-form.pdf", "case.pdf"):
        data = files[name]
        assert data.startswith(b"%PDF-")
        assert data.count(b"/Type /Page\n") >= 1
        for word in (PROBLEM, CLUE, "林晓"):
            assert _in_page(word) in data, (name, word)
    assert "怎样核验" in files["README.txt"].decode()
    assert "To check it" in files["README.txt"].decode()


def _in_page(word: str) -> bytes:
    return "".join(f"\\{byte:03o}" if not 32 <= byte < 127 else chr(byte) for byte in word.encode("utf-16-be")).encode()


async def test_memory_does_not_grow_with_the_photos(engine: AsyncEngine, tmp_path: Path) -> None:
    objects = objects_in(tmp_path)
    await build_case(engine, objects)
    found = await read_case(engine, objects, PROBLEM, None)
    assert found
    done: list[tuple[int, int]] = []
    pieces = [len(data) async for data in archive(found, objects, progress=lambda *far: done.append(far))]
    assert max(pieces) < 1_000_000
    assert done == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


async def test_the_command_writes_and_proves(
    engine: AsyncEngine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    await build_case(engine, objects_in(tmp_path))
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_DATA_DIR", str(tmp_path))
    out = tmp_path / "case.zip"
    assert await asyncio.to_thread(main, ["case", "export", PROBLEM, "--out", str(out), "--as", "mq-ng1"]) == 0
    assert "5 of 5 originals" in capfd.readouterr().err
    monkeypatch.setenv("LOOP153_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["case", "verify", str(out)]) == 0
    assert capfd.readouterr().out.count("✓") == 6
    out.write_bytes(packed({**unpacked(out.read_bytes()), "README.txt": b"other"}))
    assert main(["case", "verify", str(out), "--language", "zh"]) == 1
    assert "✗ 文件被改动：README.txt" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("number", "user", "said"),
    [
        ("WT-2026-000099", "mq-ng1", "There is no case WT-2026-000099 that mq-ng1 may see."),
        (PROBLEM, "sx-ng", f"There is no case {PROBLEM} that sx-ng may see."),
        (PROBLEM, "nobody", "Nobody on the roster has the userid nobody."),
    ],
)
async def test_out_of_scope_is_as_good_as_not_there(
    engine: AsyncEngine,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: Any,
    number: str,
    user: str,
    said: str,
) -> None:
    await build_case(engine, objects_in(tmp_path))
    monkeypatch.setenv("LOOP153_DATABASE_URL", database_url)
    monkeypatch.setenv("LOOP153_DATA_DIR", str(tmp_path))
    words = ["case", "export", number, "--out", str(tmp_path / "x.zip"), "--as", user]
    assert await asyncio.to_thread(main, words) == 1
    assert capfd.readouterr().err == said + "\n"
    assert not (tmp_path / "x.zip").exists()


async def test_an_odd_report_is_printed_all_the_same(engine: AsyncEngine, tmp_path: Path) -> None:
    """Nothing decided yet, pages of text, signs that no font has, a photo that never came, a broken thumbnail."""
    objects = objects_in(tmp_path)
    async with engine.begin() as tx:
        await build_world(tx)
        photos = [await photo(tx, "mq-cm"), await sent(tx, objects, "mq-cm", jpeg((90, 60)))]
        await report(
            tx, photos=photos, merchant="unlicensed", indicator=None, place=PLACE, text="整箱🚬<b>&\t\x01\n" * 300
        )
    [thumb] = (tmp_path / "objects" / "thumbs").rglob("*.jpg")
    thumb.write_bytes(b"no picture")
    for language in ("zh", "en"):
        files = await exported(engine, objects, CLUE, language=language)
        assert broken(files) == []
        assert unpacked(files)["case.pdf"].count(b"/Type /Page\n") > 2
    [said] = [str(check) for check in verify(io.BytesIO(files)) if "originals" in check.sentence]
    assert said == "The evidence fits: 1 originals have their SHA-256, 1 never arrived."
