"""XLSForm's headers and types as they are met in the wild, and what we call them."""

from __future__ import annotations

import re
from dataclasses import dataclass

TRANSLATED = frozenset({"label", "hint", "required_message", "constraint_message", "title"})
"""Columns with one text per language."""

EXPRESSIONS = frozenset({"required", "relevant", "constraint", "calculation", "choice_filter", "repeat_count"})
PLAIN = EXPRESSIONS.union(("type", "name", "default", "appearance", "bot", "list_name"), ("form_id", "version"))

COLUMNS = {
    "survey": {
        "relevance": "relevant", "calculate": "calculation", "count": "repeat_count", "jr:count": "repeat_count",
        "repeat count": "repeat_count", "caption": "label", "constraining message": "constraint_message",
        "constraint message": "constraint_message", "required message": "required_message",
        "choice filter": "choice_filter", "value": "name", "tag": "name", "command": "type",
    },
    "choices": {"list name": "list_name", "value": "name", "caption": "label"},
    "settings": {
        "form_title": "title", "form title": "title", "id_string": "form_id", "form id": "form_id",
        "default language": "default_language",
    },
}  # fmt: skip
"""Other spellings that pyxform takes, per sheet, and the one that stands in our files."""

TYPES = {
    "string": "text", "int": "integer", "datetime": "datetime", "date time": "datetime", "photo": "image",
    "gps": "geopoint", "location": "geopoint", "begin group": "begin_group", "end group": "end_group",
    "begin repeat": "begin_repeat", "end repeat": "end_repeat", "select one": "select_one", "select1": "select_one",
    "select multiple": "select_multiple",
}  # fmt: skip

METADATA = frozenset(
    {"start", "end", "today", "deviceid", "phonenumber", "username", "email", "subscriberid", "simserial", "audit"}
)
"""Types that note who filled in a form, and when: we know that anyway, so they are left out."""

LANGUAGES = {"zh": "中文", "en": "English"}
_BY_NAME = {"中文": "zh", "简体中文": "zh", "chinese": "zh", "english": "en", "英文": "en"}


@dataclass(frozen=True, slots=True)
class Header:
    """One column of a sheet: `label::English (en)` is ("label", "en"), `bot::max` is ("bot", hint "max")."""

    column: str
    language: str = ""
    hint: str = ""


def language_column(language: str) -> str:
    """A language as XLSForm writes it: "中文 (zh)"."""
    return f"{LANGUAGES.get(language, language)} ({language})"


def language_of(text: str) -> str | None:
    """The code of a language: of "English (en)", "en" and "English"; None when there is none to be seen."""
    if match := re.search(r"\(([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)\)\s*$", text):
        return match[1]
    if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text.strip()):
        return text.strip()
    return _BY_NAME.get(text.strip().lower())


def read_header(sheet: str, text: str, default_language: str) -> Header | None:
    """None for a translation into a language whose code is not given."""
    head, *parts = (part.strip() for part in text.split("::"))
    low = head.lower()
    column = COLUMNS[sheet].get(low, low if low in TRANSLATED | PLAIN else head)
    hint = parts.pop(0) if column == "bot" and parts else ""
    if not parts and column not in TRANSLATED:
        return Header(column, hint=hint)
    if not hint and column not in TRANSLATED:
        return Header("::".join([column, *parts]))
    language = language_of(parts[0]) if parts else default_language
    return Header(column, language, hint) if language else None


def read_type(text: str) -> str:
    """A type as we write it; what we do not know stays as it is, to be named in a fault."""
    words = " ".join(text.split())
    for spelling in sorted(TYPES, key=len, reverse=True):
        if words.lower() == spelling or words.lower().startswith(f"{spelling} "):
            return f"{TYPES[spelling]}{words[len(spelling) :]}"
    head, space, rest = words.partition(" ")
    return f"{head.lower()}{space}{rest}"
