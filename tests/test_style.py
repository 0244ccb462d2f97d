"""The style sheets: every class that a page uses is in the house's sheet or its room's, and a room redefines none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.console.rooms import ROOMS

CONSOLE = Path(__file__).parent.parent / "bot" / "console"
RESTYLED = {"head", "stat", "panel", "rows", "chart", "code", "figures", "rail", "shell", "skip"}
"""Components of the house that a room may lay out in its own way, on its own pages."""


def classes(file: Path) -> set[str]:
    """What a style sheet speaks of."""
    text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.S) if file.exists() else ""
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", text))


def begun(file: Path) -> set[str]:
    """The classes that its rules begin with."""
    text = re.sub(r"/\*.*?\*/", "", file.read_text("utf-8"), flags=re.S) if file.exists() else ""
    rules = (one.strip() for rule in re.findall(r"([^{}]+)\{", text) for one in rule.split(","))
    return {found[1] for one in rules if (found := re.fullmatch(r"\.([a-zA-Z][\w-]*)", one))}


def used(folder: Path) -> set[str]:
    """The classes in a room's templates; what a template puts together is left out."""
    found: set[str] = set()
    for file in folder.glob("*.html"):
        for one in re.findall(r'class="([^"]*)"', file.read_text("utf-8")):
            plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "?", one)
            found |= {name for name in plain.split() if "?" not in name}
    return found


HOUSE = set[str]().union(*(classes(file) for file in (CONSOLE / "style").glob("*.css")))
NAMED = set[str]().union(*(begun(file) for file in (CONSOLE / "style").glob("*.css")))


@pytest.mark.parametrize("room", ["shell", *ROOMS])
def test_every_class_is_styled_where_it_is_used(room: str) -> None:
    assert used(CONSOLE / room) - HOUSE - classes(CONSOLE / room / "style.css") == set()


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_gives_another_meaning_to_a_class_of_the_house(room: str) -> None:
    assert (begun(CONSOLE / room / "style.css") & NAMED) - RESTYLED == set()
