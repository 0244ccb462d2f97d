"""Tables of figures: one line for each county, department, kind, month or role, with the same columns everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.console.lists import Column, Listing, View
from bot.console.reports.looks import Look
from bot.console.reports.numbers import Number, Told
from bot.texts import _

COLUMNS = (
    Column("name", "", head=True),
    Column("reported", _("Clues"), sorts=True, number=True),
    Column("rate", _("Confirmed"), sorts=True, number=True),
    Column("opened", _("Problems"), sorts=True, number=True),
    Column("closed", _("Closed"), sorts=True, number=True),
    Column("days", _("Days, half / 90 %"), sorts=True, number=True),
    Column("nudged", _("Nudged"), sorts=True, number=True),
    Column("repeat", _("Again"), sorts=True, number=True),
    Column("recheck", _("Re-check, good / bad"), sorts=True, number=True),
    Column("open", _("Open now"), sorts=True, number=True),
    Column("overdue", _("Overdue now"), sorts=True, number=True),
)
_NUMBERS: Mapping[str, Callable[[Told], tuple[Number, ...]]] = MappingProxyType(
    {
        "reported": lambda told: (told.clues(),),
        "rate": lambda told: (told.confirmed_rate,),
        "opened": lambda told: (told.problems(),),
        "closed": lambda told: (told.closed(),),
        "days": lambda told: (told.days(0.5), told.days(0.9)),
        "nudged": lambda told: (told.problems("nudged"),),
        "repeat": lambda told: (told.repeat_rate,),
        "recheck": lambda told: (told.recheck("pass"), told.recheck("fail")),
        "open": lambda told: (told.open("problem"),),
        "overdue": lambda told: (told.overdue("problem"),),
        "late": lambda told: (told.late_rate,),
        "unfounded": lambda told: (told.clues("unfounded"),),
        "confirmed": lambda told: (told.clues("confirmed"),),
    }
)
ROLE_COLUMNS = (
    Column("name", _("Role"), head=True),
    Column("reported", _("Clues"), sorts=True, number=True),
    Column("confirmed", _("Confirmed"), sorts=True, number=True),
    Column("unfounded", _("Unfounded"), sorts=True, number=True),
    Column("rate", _("Confirmed, of those decided"), sorts=True, number=True),
    Column("late", _("Reported late"), sorts=True, number=True),
)


@dataclass(frozen=True, slots=True)
class Line:
    """`href` leads to the same report cut to this line; empty where it cannot be cut further."""

    key: str
    name: str
    told: Told
    href: str = ""

    def numbers(self, column: str) -> tuple[Number, ...]:
        return _NUMBERS[column](self.told)


def listing(
    look: Look, page: str, query: Mapping[str, str], columns: tuple[Column, ...], lines: Iterable[Line]
) -> Listing:
    """The lines as a table, sorted as the address asks; as given without."""
    filters = {name: value for name, value in look.kept.items() if value}
    view = View.of(look.path(page).partition("?")[0], {**query, **filters}, columns, filters=tuple(filters))
    rows = list(lines)
    if view.by:
        rows.sort(
            key=lambda line: (line.numbers(view.by)[0].value, line.numbers(view.by)[-1].value), reverse=view.descending
        )
    return Listing(view, rows, len(rows))


def named(columns: tuple[Column, ...], name: str) -> tuple[Column, ...]:
    """The columns with a title for the first."""
    return (Column("name", name, head=True), *columns[1:])
