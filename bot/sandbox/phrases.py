"""The page's own words: English in the markup and scripts, other languages from gettext catalogues."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"


@cache
def phrases(language: str) -> dict[str, str]:
    """English sentence -> its translation."""
    with (LOCALE / language / "LC_MESSAGES" / "sandbox.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
