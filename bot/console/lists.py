"""Lists: columns, and how one is looked at (sorting, page, filters), all of it in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

SIZE = 50
_MOST_PAGES = 1_000_000
_LONGEST = 200
"""Characters of one filter."""


@dataclass(frozen=True, slots=True)
class Column:
    """`key` is the name it is sorted by; `label` a marked sentence. `head` makes it a card's title on a phone."""

    key: str
    label: str
    sorts: bool = False
    number: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """How a list is looked at. `sort` is a column's key, with "-" before it from the greatest down."""

    path: str
    columns: tuple[Column, ...]
    filters: Mapping[str, str]
    sort: str
    default: str
    page: int = 0
    size: int = SIZE

    @classmethod
    def of(
        cls,
        path: str,
        query: Mapping[str, str],
        columns: Sequence[Column],
        *,
        default: str = "",
        filters: Sequence[str] = (),
        size: int = SIZE,
    ) -> View:
        """What an address asks for. Whatever makes no sense in it is left out."""
        sort, page = query.get("sort", ""), query.get("page", "")
        sortable = {one.key for one in columns if one.sorts}
        given = {name: query[name].strip()[:_LONGEST] for name in filters if query.get(name, "").strip()}
        at = int(page) - 1 if page.isascii() and page.isdigit() and len(page) < 8 else 0
        chosen = sort if sort.removeprefix("-") in sortable else default
        return cls(path, tuple(columns), given, chosen, default, min(max(at, 0), _MOST_PAGES), size)

    @property
    def start(self) -> int:
        return self.page * self.size

    @property
    def by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort.startswith("-")

    def on(self, page: int) -> str:
        """The address of another page of the same list, counted from 0."""
        return replace(self, page=page).address

    def sorted_by(self, key: str) -> str:
        """The address of the same list sorted by that column; the other way round when it is already."""
        return replace(self, sort=f"-{key}" if self.sort == key else key, page=0).address

    def with_filter(self, **filters: str) -> str:
        """The address with these filters changed; an empty one is dropped."""
        kept = {name: value for name, value in {**self.filters, **filters}.items() if value}
        return replace(self, filters=kept, page=0).address

    @property
    def bare(self) -> str:
        """The address without any filter."""
        return replace(self, filters={}, page=0).address

    @property
    def address(self) -> str:
        query = dict(self.filters)
        if self.sort != self.default:
            query["sort"] = self.sort
        if self.page:
            query["page"] = str(self.page + 1)
        return f"{self.path}?{urlencode(query)}" if query else self.path


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `total` is how many there are in all."""

    view: View
    rows: Sequence[Any]
    total: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.view.size))

    @property
    def first(self) -> int:
        return self.view.start + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.view.start + len(self.rows)

    def near(self) -> list[int | None]:
        """The pages to offer: the ends, and those around this one; None where some are left out."""
        here = {0, self.pages - 1, *range(max(0, self.view.page - 1), min(self.pages, self.view.page + 2))}
        shown: list[int | None] = []
        for page in sorted(here):
            if shown and page - (shown[-1] or 0) > 1:
                shown.append(None)
            shown.append(page)
        return shown
