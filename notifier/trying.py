"""A letter that only tries a door: an administrator sends it to themselves."""

from __future__ import annotations

from datetime import datetime

from store.words import Address, Letter

PURPOSE = "trial"


def letter(to: Address, person: str, by: str, at: datetime) -> Letter:
    """The letter that says that it arrived; it passes the sending hours, as whoever asked for it waits."""
    seq = f"{at:%H%M%S%f}"
    return Letter(
        key=f"{PURPOSE}:{person}:{to.door}:{to.id}:{at.isoformat()}",
        to=to,
        person=person,
        purpose=PURPOSE,
        template=PURPOSE,
        facts={"by": by, "door": to.door, "seq": seq},
        not_before=at,
        urgent=True,
    )
