"""Proof of a case file (a ZIP) without any database: nothing was added, left out, changed or swapped.

Only the standard library, `chain.py` and `canonical.py` are needed. The archive may come from anybody: nothing is
unpacked, names are taken from a short list, sizes are limited before and while reading. Every check says in one line
what holds, or which file or line is broken.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO

from store.casefiles.canonical import canonical
from store.moving.chain import KEYS, verify_chain

PAPERS = ("README.txt", "case.json", "lines.jsonl", "handling-form.pdf", "case.pdf", "manifest.json")
"""What every case file has, beside its evidence."""

MOST_FILES = 10_000
MOST_BYTES = 8 * 1024**3
"""Of all evidence together, unpacked."""
MOST_TEXT = 64 * 1024**2
"""Bytes of one of the papers, unpacked, and of the archive's own directory."""

_EVIDENCE = re.compile(r"evidence/[0-9a-f]{64}\.[a-z0-9]{1,5}")
_CHUNK = 256 * 1024
_WRONG = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
"""What data of another form makes the code below raise."""
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError)
"""What a broken archive makes `zipfile` raise (RuntimeError: encrypted, or packed in a way of its own)."""

Json = Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it holds, and a sentence (with gaps for `facts`) that says so."""

    good: bool
    sentence: str
    facts: Mapping[str, Json] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence.format_map(self.facts)


class _Broken(Exception):
    """Something that does not hold; the check that found it goes no further."""

    def __init__(self, sentence: str, **facts: Json) -> None:
        super().__init__(sentence)
        self.check = Check(False, sentence, facts)


@dataclass(slots=True)
class _Case:
    """What was read so far."""

    archive: zipfile.ZipFile
    found: dict[str, tuple[str, int]] = field(default_factory=dict)  # by name: SHA-256 and size as they are
    texts: dict[str, bytes] = field(default_factory=dict)
    manifest: Json = None
    case: Json = None
    lines: list[Json] = field(default_factory=list)


def verify(file: BinaryIO) -> Iterator[Check]:
    """Look at a case file, in this order: archive, manifest, chains, `case.json`, evidence. The file is whole when
    every check is good; the checks that cannot be made any more are left out."""
    try:
        with zipfile.ZipFile(_Limited(file)) as archive:
            case = _Case(archive)
            for look in (_archive, _manifest, _chains, _content, _evidence):
                checks = list(_looked(look(case)))
                yield from checks
                if not all(check.good for check in checks) and look in (_archive, _manifest):
                    return
    except (*_WRONG, *_UNREADABLE):
        yield Check(False, _("This is no ZIP archive that can be read."))


def _looked(checks: Iterator[Check]) -> Iterator[Check]:
    """The checks, up to the first that what it looks at is too broken for."""
    try:
        yield from checks
    except _Broken as broken:
        yield broken.check


class _Limited(io.RawIOBase):
    """The archive, read in pieces of limited size: its directory is read in one, before anything is known of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if size > MOST_TEXT:
            raise zipfile.BadZipFile("too long a directory")
        return self._file.read(size if size >= 0 else MOST_TEXT)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True


def _(sentence: str) -> str:
    """Marks a sentence for the catalogue."""
    return sentence


# --- the archive and its manifest -----------------------------------------------------------------------


def _archive(case: _Case) -> Iterator[Check]:
    """Only names that belong there, each once, none too large; then every byte is read and hashed."""
    infos = case.archive.infolist()
    names = [info.filename for info in infos]
    for name in names:
        if name not in PAPERS and not _EVIDENCE.fullmatch(name):
            raise _Broken(_("A file does not belong here: {name}"), name=_safe(name))
    for name in sorted({name for name in names if names.count(name) > 1} if len(names) <= MOST_FILES else ()):
        raise _Broken(_("A file is there twice: {name}"), name=name)
    _small_enough(infos)
    for name in PAPERS:
        if name not in names:
            raise _Broken(_("A file is missing: {name}"), name=name)
    for info in infos:
        try:
            case.found[info.filename] = _read(case, info)
        except _UNREADABLE:
            raise _Broken(_("A file cannot be read: {name}"), name=info.filename) from None
    yield Check(True, _("The archive can be read: {count} files."), {"count": len(names)})


def _small_enough(infos: list[zipfile.ZipInfo]) -> None:
    papers = [info.file_size for info in infos if info.filename in PAPERS]
    if len(infos) > MOST_FILES or max(papers, default=0) > MOST_TEXT or sum(i.file_size for i in infos) > MOST_BYTES:
        raise _Broken(_("The archive is larger than any case file may be; it was not unpacked."))


def _read(case: _Case, info: zipfile.ZipInfo) -> tuple[str, int]:
    """SHA-256 and size of a file; the text of a paper is kept. Never more is read than the directory announced."""
    digest, size, kept = sha256(), 0, io.BytesIO()
    with case.archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            size += len(chunk)
            if size > info.file_size:
                raise ValueError("longer than announced")
            digest.update(chunk)
            if info.filename.endswith((".json", ".jsonl")):
                kept.write(chunk)
    case.texts[info.filename] = kept.getvalue()
    return digest.hexdigest(), size


def _manifest(case: _Case) -> Iterator[Check]:
    """Every file is listed with the SHA-256 and the size that it has."""
    try:
        case.manifest = canonical(case.texts["manifest.json"])
        listed = {name: (one["sha256"], one["size"]) for name, one in case.manifest["files"].items()}
        head = {name: case.manifest[name] for name in ("format", "number", "heads")}
        strange = set(case.manifest) - {*head, "files"}
    except _WRONG:
        raise _Broken(_("manifest.json is not in the form in which it was written.")) from None
    good = not strange
    if strange:
        yield Check(False, _("manifest.json is not in the form in which it was written."))
    for name in sorted({*listed, *case.found} - {"manifest.json"}):
        if name not in case.found:
            sentence = _("A file is missing: {name}")
        elif name not in listed:
            sentence = _("The manifest does not know this file: {name}")
        elif listed[name] != case.found[name]:
            sentence = _("A file was changed: {name}")
        else:
            continue
        good = False
        yield Check(False, sentence, {"name": _safe(name)})
    if good:
        yield Check(True, _("The manifest fits: every file has its SHA-256 and its size."))


# --- the chains -----------------------------------------------------------------------------------------


def _chains(case: _Case) -> Iterator[Check]:
    """Each entry's lines follow one another unbroken up to the head that the manifest names."""
    chains: dict[str, list[Json]] = {}
    try:
        for text in case.texts["lines.jsonl"].decode().removesuffix("\n").split("\n"):
            line = canonical(text.encode())
            if set(line) != {*KEYS, "hash"}:
                raise ValueError("other keys")
            case.lines.append(line)
            chains.setdefault(line["number"], []).append(line)
        heads = {number: (one["lines"], one["hash"]) for number, one in case.manifest["heads"].items()}
    except _WRONG:
        raise _Broken(_("lines.jsonl is not in the form in which it was written.")) from None
    for number in [*chains, *sorted(set(heads) - set(chains))]:
        lines = chains.get(number, [])
        broken = _break(lines)
        facts = {"number": _safe(number), "seq": broken, "count": len(lines)}
        if broken is not None:
            yield Check(False, _("The chain of {number} breaks at line {seq}."), facts)
        elif not lines or heads.get(number) != (len(lines), lines[-1]["hash"]):
            yield Check(False, _("The chain of {number} does not end where the manifest says."), facts)
        else:
            facts["hash"] = lines[-1]["hash"]
            yield Check(True, _("The chain of {number} is unbroken: {count} lines, the last is {hash}."), facts)


def _break(lines: list[Json]) -> int | None:
    try:
        return verify_chain(lines)
    except _WRONG:
        return len(lines)


# --- what the file says ---------------------------------------------------------------------------------


def _content(case: _Case) -> Iterator[Check]:
    """`case.json` has the very lines of the chains, and its entries stand where their last line left them."""
    try:
        case.case = canonical(case.texts["case.json"])
        told = [{key: value for key, value in line.items() if key != "shown"} for line in case.case["lines"]]
        entries = [*case.case["clues"], *([case.case["problem"]] if case.case["problem"] else [])]
        stands = {entry["number"]: (entry["lines"], entry["state"]) for entry in entries}
        same = (case.case["format"], case.case["number"]) == (case.manifest["format"], case.manifest["number"])
        times = [line["at"] for line in told]
        key = _by_place
        lines_fit = same and times == sorted(times) and sorted(told, key=key) == sorted(case.lines, key=key)
    except _WRONG:
        raise _Broken(_("case.json is not in the form in which it was written.")) from None
    if not lines_fit:
        raise _Broken(_("case.json tells other lines than the chains."))
    last = {line["number"]: (line["seq"], line["after"]) for line in case.lines}
    for number in sorted({*stands, *last}):
        if stands.get(number) != last.get(number):
            raise _Broken(_("case.json has {number} in another state than its last line."), number=_safe(number))
    yield Check(True, _("case.json tells the same {count} lines, in the order of time."), {"count": len(told)})


def _by_place(line: Mapping[str, Json]) -> tuple[str, int]:
    return str(line["number"]), int(line["seq"])


def _evidence(case: _Case) -> Iterator[Check]:
    """Every photo has the SHA-256 that its row names, and every id that a line names has its row."""
    try:
        rows: dict[str, Json] = {row["id"]: row for row in case.case["evidence"]}
        files = {row["file"] for row in rows.values() if row["file"]}
        named = [(one, line) for line in case.lines for one in _named(line["fields"])]
        wrong = list(_misfits(case, rows, files, named))
    except _WRONG:
        raise _Broken(_("The evidence in case.json is not in the form in which it was written.")) from None
    yield from wrong
    if not wrong:
        facts = {"count": len(files), "gone": sum(not row["file"] for row in rows.values())}
        yield Check(True, _("The evidence fits: {count} originals have their SHA-256, {gone} never arrived."), facts)


def _named(fields: Mapping[str, Json]) -> Iterable[str]:
    return [*fields.get("photos", ()), *fields.get("recordings", ())]


def _misfits(case: _Case, rows: Mapping[str, Json], files: set[str], named: list[tuple[str, Json]]) -> Iterator[Check]:
    for row in rows.values():
        name, digest = row["file"], row["sha256"]
        if name and (case.found.get(name) != (digest, row["size"]) or not name.startswith(f"evidence/{digest}.")):
            yield Check(False, _("An original is not the one that was stored: {name}"), {"name": _safe(name)})
    for name in sorted({one for one in case.found if one.startswith("evidence/")} - files):
        yield Check(False, _("An original belongs to no line: {name}"), {"name": name})
    for one, line in named:
        row = rows.get(one)
        if row is None or (row["number"], row["seq"]) != (line["number"], line["seq"]):
            facts = {"id": _safe(one), "number": line["number"], "seq": line["seq"]}
            yield Check(False, _("Line {seq} of {number} names a file that is not there: {id}"), facts)


def _safe(text: Json) -> str:
    """A name from the archive, harmless on a terminal and short."""
    shown = str(text).encode("unicode_escape").decode()
    return shown if len(shown) <= 100 else shown[:100] + "…"
