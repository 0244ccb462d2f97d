"""The mail room's words in each language: gettext catalogues, the English sentence as key, read once at start."""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

_LOCALE = Path(__file__).parent / "locale"
_FOLDERS = {"zh": "zh_CN"}  # English is the msgid itself and needs no file
LANGUAGES = ("zh", "en")


@cache
def translations(language: str) -> NullTranslations:
    """The words of that language; an unknown one is read as Chinese."""
    folder = _FOLDERS.get(language if language in LANGUAGES else "zh")
    if folder is None:
        return NullTranslations()
    with (_LOCALE / folder / "LC_MESSAGES" / "notifier.po").open("rb") as file:
        catalogue = read_po(file, locale=folder)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
