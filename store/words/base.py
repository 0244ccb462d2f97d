"""What every other noun is made of: JSON values, the empty mapping, and texts in both languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

Json = Any
"""A value that JSON can hold; dates and decimals travel as strings."""


class _Nothing(Mapping[str, Json]):
    """An empty mapping that nobody can fill; hashable, because Python 3.11 takes only such defaults in dataclasses."""

    __slots__ = ()

    def __getitem__(self, key: str) -> NoReturn:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def get(self, key: str, default: Json = None) -> Json:  # `Mapping.get` would raise and catch, on the hot road
        return default

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"


NOTHING: Mapping[str, Json] = _Nothing()


def words_of(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else in Chinese, else any."""
    return texts.get(language) or texts.get("zh") or next(iter(texts.values()), "")
