"""Our own pages as whole addresses: dialogues know only their paths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from store.words import Say


def whole(says: Iterable[Say], base: str) -> tuple[Say, ...]:
    """The utterances with links that can be opened. `base`: where browsers find us."""
    return tuple(
        replace(say, links=tuple(replace(link, url=base + link.url) for link in say.links)) if say.links else say
        for say in says
    )
