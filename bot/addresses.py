"""Our own pages as whole addresses: dialogues know only their paths."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.settings import Settings
from bot.texts import _, said
from store.words import Say

_NEAR = _("It opens on the machine of the service only: ask your administrator to set LOOP153_PUBLIC_URL.")


def whole(says: Iterable[Say], settings: Settings, language: str) -> tuple[Say, ...]:
    """The utterances with links that can be opened; where nobody said under which address people find us, they are
    told that, too."""
    return tuple(_whole(say, settings, language) if say.links else say for say in says)


def _whole(say: Say, settings: Settings, language: str) -> Say:
    links = tuple(replace(link, url=settings.address + link.url) for link in say.links)
    near = "" if settings.public_url else f"\n{said(_NEAR, language)}"
    return replace(say, text=say.text + near, links=links)
