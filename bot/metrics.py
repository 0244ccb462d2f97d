"""What the service counts, for Prometheus: never who and never what was said."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

registry = CollectorRegistry()
ProcessCollector(registry=registry)
GCCollector(registry=registry)

_STEP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

_steps = Counter("loop153_steps", "Messages heard, by what became of them.", ["outcome"], registry=registry)
_step_seconds = Histogram(
    "loop153_step_seconds", "From a message to its answer.", ["door"], buckets=_STEP_BUCKETS, registry=registry
)
_refused = Counter(
    "loop153_refused", "Wishes that the law of the ledgers refused.", ["verb", "reason"], registry=registry
)
_unknown = Counter("loop153_unknown_events", "Messages of a kind nobody knows yet.", ["door"], registry=registry)
_rejected = Counter(
    "loop153_rejected_callbacks", "Callbacks that failed a check, by the check.", ["door", "why"], registry=registry
)
_door_errors = Counter(
    "loop153_door_errors", "Calls to the other side that failed.", ["door", "kind"], registry=registry
)
_tokens = Counter("loop153_token_refreshes", "Access tokens fetched.", ["token", "outcome"], registry=registry)
_letters_out = Counter(
    "loop153_letters_attempted", "Attempts to send, by outcome.", ["door", "outcome"], registry=registry
)
_letters = Gauge("loop153_letters", "Letters not yet settled, by state.", ["state"], registry=registry)
_letter_age = Gauge(
    "loop153_letters_oldest_seconds", "How long the oldest due letter of a state waits.", ["state"], registry=registry
)
_media = Gauge("loop153_media_backlog", "Photos and recordings still to be fetched.", registry=registry)
_lag = Histogram(
    "loop153_event_loop_lag_seconds",
    "How late the event loop comes back to a waiting task.",
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
    registry=registry,
)
_restarts = Counter(
    "loop153_loop_restarts", "Background loops that died and were started again.", ["loop"], registry=registry
)


# Asking for a labelled child takes longer than counting; these two are counted at every message.
_step = cache(_steps.labels)
_step_seconds_of = cache(_step_seconds.labels)


def step(outcome: str) -> None:
    """A message was heard: `answered`, `refused`, `repeated`, `stranger` or `failed`."""
    _step(outcome).inc()


def step_took(door: str, seconds: float) -> None:
    """How long the desk took for one message of that door."""
    _step_seconds_of(door).observe(seconds)


def refused(verb: str, reason: str) -> None:
    """The law said no."""
    _refused.labels(verb, reason).inc()


def unknown_event(door: str) -> None:
    """A door acknowledged something it does not know."""
    _unknown.labels(door).inc()


def rejected(door: str, why: str) -> None:
    """A callback was turned away: `signature`, `receiver`, `malformed`, `too_big` ..."""
    _rejected.labels(door, why).inc()


def door_error(door: str, kind: str) -> None:
    """A call to the other side failed: an exception's name or an error code of a known, small set."""
    _door_errors.labels(door, kind).inc()


def token_refreshed(token: str, outcome: str = "ok") -> None:
    """An access token was fetched (`ok`) or refused (`failed`)."""
    _tokens.labels(token, outcome).inc()


def letter_attempted(door: str, outcome: str) -> None:
    """One attempt to send ended in `sent`, `later` or `never`."""
    _letters_out.labels(door, outcome).inc()


def letters(by_state: Mapping[str, tuple[int, float]]) -> None:
    """How many letters wait in each state, and how many seconds the oldest due one does."""
    _letters.clear()
    _letter_age.clear()
    for state, (count, age) in by_state.items():
        _letters.labels(state).set(count)
        _letter_age.labels(state).set(age)


def media(count: int) -> None:
    """How many files wait to be fetched."""
    _media.set(count)


def loop_lag(seconds: float) -> None:
    """How much later than asked the event loop came back."""
    _lag.observe(seconds)


def loop_restarted(loop: str) -> None:
    """A background loop died and is started again."""
    _restarts.labels(loop).inc()


def render() -> bytes:
    """Everything, in Prometheus' text format."""
    return generate_latest(registry)
