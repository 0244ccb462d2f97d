"""Letters about a pack code that was read off a photo: to whoever sent it, and to whoever judges the report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from store.words import Address, Json, Letter


def letters(photo: str, facts: Mapping[str, Json], to: Mapping[str, tuple[Address, ...]], at: datetime) -> list[Letter]:
    """One for each address. `facts`: code, licence_no, shop (None: not in our books), number (None: of a draft)."""
    return [
        Letter(
            key=f"carton:{photo}:{person}:{address.door}",
            to=address,
            person=person,
            purpose="carton",
            template="carton",
            facts={**facts, "seq": photo[:4]},
            not_before=at,
            urgent=facts["number"] is None,
        )
        for person, addresses in to.items()
        for address in addresses
    ]
