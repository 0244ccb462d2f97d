"""Token buckets: what they let through, how they refill, and that they never grow without end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.tips.buckets import Buckets

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)


def test_a_bucket_empties_and_refills() -> None:
    buckets = Buckets(rate=0.5, burst=3)
    assert [buckets.take(b"a", AT) for _ in range(4)] == [True, True, True, False]
    assert buckets.take(b"b", AT)
    assert not buckets.take(b"a", AT + timedelta(seconds=1))
    assert buckets.take(b"a", AT + timedelta(seconds=2))
    assert [buckets.take(b"a", AT + timedelta(hours=1), 2.0) for _ in range(2)] == [True, False]


def test_the_longest_unused_is_forgotten() -> None:
    buckets = Buckets(rate=0.0, burst=1, most=2)
    assert [buckets.take(key, AT) for key in (b"a", b"b", b"c", b"b", b"a")] == [True, True, True, False, True]
