"""What an outcome means for a letter (mailroom.md §1.6): pure."""

from __future__ import annotations

from datetime import timedelta

from notifier.leases import Claimed, Verdict
from notifier.terms import Terms
from store.words import Later, Never, Outcome, Sent


def back(letter: Claimed, after: timedelta = timedelta(), reason: str | None = None) -> Verdict:
    """It was not tried, or not through a fault of its own: as it was, after a while."""
    fresh = "held" if letter.was == "held" else "ready"  # what was held together still leaves together
    state = "uncertain" if letter.doubtful else fresh if letter.body is None else "retry"
    return Verdict(letter.id, state, reason=reason, after=after, arrived=letter.doubtful, bundle=letter.carries)


def dead(letter: Claimed, reason: str) -> Verdict:
    """It is left to a person, who sees why."""
    return Verdict(letter.id, "dead", reason=reason, arrived=letter.doubtful, bundle=letter.carries)


def verdict(letter: Claimed, outcome: Outcome, terms: Terms, *, bundle: bool, door_fails: bool) -> Verdict:
    """What becomes of a letter after its call. When the door fails for everybody, no letter is blamed."""
    match outcome:
        case Sent(ref=ref, code=code):
            return Verdict(letter.id, "sent", ref=ref, arrived=True, bundle=bundle, code=code)
        case Later(reason=reason, after=after, counts=counts, doubt=doubt):
            counts = counts and not door_fails
            unsure = doubt or letter.doubtful
            if counts and letter.attempts + 1 > terms.attempts:
                return Verdict(letter.id, "dead", reason=reason, counts=True, arrived=unsure, bundle=bundle)
            pause = terms.backoff(letter.attempts, after) if counts else after
            return Verdict(
                letter.id,
                "uncertain" if unsure else "retry",
                reason=reason,
                after=pause,
                counts=counts,
                arrived=unsure,
                bundle=bundle,
            )
        case Never(reason=reason, alarm=True):
            state = "uncertain" if letter.doubtful else "retry"
            return Verdict(letter.id, state, reason=reason, arrived=letter.doubtful, bundle=bundle)
        case Never(reason=reason):
            return Verdict(letter.id, "dead", reason=reason, counts=True, arrived=letter.doubtful, bundle=bundle)
