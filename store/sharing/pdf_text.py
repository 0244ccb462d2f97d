"""The words of a PDF, for searching. pikepdf reads the file; here its shown strings become text.

Fonts say what their codes mean by a ToUnicode table, by one of the Chinese encodings, or by a Latin one (ISO 32000-1,
9.10). What says none of it stays unread: a page may still be found by its title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Name, Stream

MOST_PAGES = 2_000
_DEEPEST = 4  # drawings within drawings
_GAP = -180  # thousandths of the font's size: what looks like a space
_HEX = r"<\s*([0-9A-Fa-f\s]*)>"
_CHARS = re.compile(r"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(r"beginbfrange(.*?)endbfrange", re.DOTALL)
_SPACES = re.compile(r"begincodespacerange(.*?)endcodespacerange", re.DOTALL)
_ONE = re.compile(rf"{_HEX}\s*{_HEX}")
_RANGE = re.compile(rf"{_HEX}\s*{_HEX}\s*(?:{_HEX}|\[(.*?)\])", re.DOTALL)
_LINES = frozenset({"Td", "TD", "T*", "Tm", "'", '"', "ET"})


@dataclass(slots=True)
class _Font:
    """What the codes of a font mean: a table with codes of so many bytes, or an encoding that Python knows."""

    table: dict[int, str] = field(default_factory=dict)
    size: int = 1
    encoding: str = "cp1252"

    def read(self, shown: bytes) -> str:
        if self.table:
            codes = (int.from_bytes(shown[at : at + self.size], "big") for at in range(0, len(shown), self.size))
            return "".join(self.table.get(code, "") for code in codes)
        return shown.decode(self.encoding, "ignore") if self.encoding else ""


def pdf_text(data: bytes, longest: int) -> str:
    """At most so many characters. Raises what pikepdf raises for what is no PDF, or one behind a password."""
    pieces: list[str] = []
    size = 0
    with pikepdf.open(BytesIO(data)) as pdf:
        for page in pdf.pages[:MOST_PAGES]:
            words = "".join(_words(page, page.get("/Resources"), 0))
            pieces.append(re.sub(r"[ \t]*\n\s*", "\n", words).strip())
            size += len(pieces[-1])
            if size > longest:
                break
    return "\n".join(pieces)[:longest]


def _words(drawing: Any, resources: Any, depth: int) -> Iterator[str]:
    fonts = {str(name): _font(font) for name, font in _parts(resources, "/Font")}
    inner = dict(_parts(resources, "/XObject"))
    font = _Font()
    try:
        steps = pikepdf.parse_content_stream(drawing)
    except pikepdf.PdfError:
        return
    for step in steps:
        operands, name = step.operands, str(step.operator)
        if name in _LINES:
            yield "\n"
        match name:
            case "Tf":
                font = fonts.get(str(operands[0]), _Font())
            case "Tj" | "'" | '"':
                yield font.read(bytes(operands[-1]))
            case "TJ":
                yield from _spaced(font, operands[0])
            case "Do" if depth < _DEEPEST:
                one = inner.get(str(operands[0]))
                if isinstance(one, Stream) and one.get("/Subtype") == Name.Form:
                    yield from _words(one, one.get("/Resources", resources), depth + 1)


def _spaced(font: _Font, parts: Any) -> Iterator[str]:
    for part in parts:
        if isinstance(part, pikepdf.String):
            yield font.read(bytes(part))
        elif float(part) < _GAP:
            yield " "


def _parts(resources: Any, kind: str) -> Iterator[tuple[str, Any]]:
    found = resources.get(kind) if resources is not None else None
    if isinstance(found, pikepdf.Dictionary):
        yield from found.items()


def _font(font: Any) -> _Font:
    table = font.get("/ToUnicode")
    if isinstance(table, Stream):
        return _table(table.read_bytes().decode("latin-1"))
    encoding = font.get("/Encoding")
    named = str(encoding) if isinstance(encoding, Name) else ""
    if font.get("/Subtype") == Name.Type0:
        return _Font(encoding=_chinese(named))
    return _Font(encoding="mac_roman" if named == "/MacRomanEncoding" else "cp1252")


def _chinese(named: str) -> str:
    """The encoding behind a predefined table of codes (9.7.5.2); none for glyph numbers, which mean nothing alone."""
    if "UCS2" in named or "UTF16" in named:
        return "utf-16-be"
    return "gb18030" if named.startswith(("/GBK", "/GB-")) else ""


def _table(source: str) -> _Font:
    """A ToUnicode table (Adobe Technical Note 5411)."""
    font = _Font()
    for group in _SPACES.findall(source):
        widths = [len(_squeezed(first)) // 2 for first, _last in _ONE.findall(group)]
        font.size = max([1, *widths])
    for group in _CHARS.findall(source):
        for code, meaning in _ONE.findall(group):
            font.table[_number(code)] = _meant(meaning)
    for group in _RANGES.findall(source):
        for first, last, start, each in _RANGE.findall(group):
            _fill(font.table, _number(first), _number(last), start, each)
    return font


def _fill(table: dict[int, str], first: int, last: int, start: str, each: str) -> None:
    if each:
        table.update(enumerate(map(_meant, re.findall(_HEX, each)), first))
        return
    begin = _meant(start)
    for code in range(first, min(last, first + 0xFFFF) + 1):
        if begin:
            table[code] = begin[:-1] + chr(min(ord(begin[-1]) + code - first, 0x10FFFF))


def _squeezed(digits: str) -> str:
    return "".join(digits.split())


def _number(digits: str) -> int:
    return int(_squeezed(digits) or "0", 16)


def _meant(digits: str) -> str:
    squeezed = _squeezed(digits)
    return bytes.fromhex(squeezed if len(squeezed) % 2 == 0 else f"0{squeezed}").decode("utf-16-be", "ignore")
