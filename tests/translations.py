"""Are all sentences translated? `python -m tests.translations` fails naming each one that is missing or stale or has
other placeholders; `--update` rewrites the catalogues from the sources and keeps what is translated."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("conversations", "notifier", "bot", "store")
_METHODS = [("**.py", "python"), ("**.j2", "jinja2"), ("**.html", "jinja2")]
_Keywords = dict[str, tuple[int, int] | None]
_KEYWORDS: _Keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "t": None, "mark": None, "many": (1, 2)}
"""How sentences stand in the sources: t("…"), t.many("one", "many", n), mark("…") in tables, gettext("…", language)."""
_OF_ROOM: dict[str, _Keywords] = {"conversations": {"Fault": None, "_wants": None}}
"""The readers of answers name their refusals (conversations/kinds.py)."""
_OPTIONS = {"**.j2": {"silent": "false"}, "**.html": {"silent": "false"}}
_OUT_OF_SIGHT = re.compile(r"""\{[\w.]*\b(?:t|_|gettext|mark)\(f?['"]""")
"""A sentence inside an f-string: the extraction does not see it (before Python 3.12)."""
_PLACEHOLDER = re.compile(r"\{(\w*)[^{}]*\}|%\((\w+)\)[a-z]")


def main(update: bool) -> int:
    """0 when every catalogue is complete."""
    faults = [fault for room in ROOMS for fault in _room(room, update)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print("Every sentence is translated.")
    return 1 if faults else 0


def po_file(room: str) -> Path:
    return ROOT / room / "locale" / "zh_CN" / "LC_MESSAGES" / f"{room}.po"


def _room(room: str, update: bool) -> Iterator[str]:
    wanted, file = _extracted(room), po_file(room)
    if update and len(wanted):
        _rewrite(room, wanted, file)
    if not file.exists():
        if len(wanted):
            yield f"{file.relative_to(ROOT)} does not exist; run python -m tests.translations --update"
        return
    with file.open("rb") as opened:
        translated = read_po(opened, locale="zh_CN")
    for message in wanted:
        if message.id:
            yield from _faults(room, message, translated)
    for source in sorted((ROOT / room).rglob("*.py")):
        if _OUT_OF_SIGHT.search(source.read_text(encoding="utf-8")):
            yield f"{source.relative_to(ROOT)}: a sentence to translate stands inside an f-string"
    yield from (f"{room}: stale: {_key(one)!r}" for one in translated if one.id and wanted.get(_key(one)) is None)


def _faults(room: str, message: Message, translated: Catalog) -> Iterator[str]:
    known = translated.get(_key(message))
    texts = [] if known is None else _texts(known)
    if not any(texts) or (known is not None and known.fuzzy):
        where = ", ".join(f"{file}:{line}" for file, line in message.locations[:2])
        yield f"{room}: not translated: {_key(message)!r} ({where})"
        return
    for text in texts:
        if placeholders(text) != placeholders(_many(message)):
            yield f"{room}: other placeholders: {_key(message)!r} -> {text!r}"


def _extracted(room: str) -> Catalog:
    catalogue = Catalog(locale="zh_CN")
    found = extract_from_dir(
        ROOT / room, _METHODS, _OPTIONS, _KEYWORDS | _OF_ROOM.get(room, {}), comment_tags=("Translators:",)
    )
    for file, line, message, comments, context in found:
        if isinstance(message, str) and not message.strip():
            continue
        catalogue.add(message, None, [(f"{room}/{file}", line)], auto_comments=comments, context=context)
    return catalogue


_HEADER = r"""# Chinese sentences; the English ones are the keys. Rewritten by: python -m tests.translations --update
msgid ""
msgstr ""
"Language: zh_CN\n"
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=1; plural=0;\n"

"""


def _rewrite(room: str, wanted: Catalog, file: Path) -> None:
    if file.exists():
        with file.open("rb") as opened:
            old = read_po(opened, locale="zh_CN")
        for message in wanted:
            known = old.get(_key(message))
            if message.id and known is not None and not known.fuzzy:
                message.string = _fitting(message, known)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as opened:
        opened.write(_HEADER.encode())
        write_po(opened, wanted, width=118, sort_by_file=True, omit_header=True, include_lineno=False)


def _fitting(message: Message, known: Message) -> str | tuple[str, ...]:
    """A sentence that became a plural keeps its translation, and the other way round."""
    first = _texts(known)[0]
    return (first,) if message.pluralizable else first


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _many(message: Message) -> str:
    """A plural's own form has the number in it, which the singular may spell out."""
    return message.id if isinstance(message.id, str) else message.id[-1]


def placeholders(text: str) -> set[str]:
    """The names that are filled in."""
    return {first or second for first, second in _PLACEHOLDER.findall(text)}


if __name__ == "__main__":
    sys.exit(main("--update" in sys.argv[1:]))
