"""Token buckets against floods, in memory: who they belong to is only known as an HMAC that changes every day."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


class Buckets:
    """`burst` tokens each, refilled at `rate` a second. The fullest are forgotten first when there are too many."""

    def __init__(self, rate: float, burst: int, most: int = 50_000) -> None:
        self._rate, self._burst, self._most = rate, burst, most
        self._buckets: OrderedDict[bytes, _Bucket] = OrderedDict()

    def take(self, key: bytes, at: datetime, cost: float = 1.0) -> bool:
        """Whether there was enough in the bucket of `key`; then it is taken out."""
        bucket = self._buckets.pop(key, None) or _Bucket(float(self._burst), at)
        passed = max((at - bucket.at).total_seconds(), 0.0)
        bucket.left, bucket.at = min(bucket.left + passed * self._rate, float(self._burst)), at
        enough = bucket.left >= cost
        bucket.left -= cost if enough else 0.0
        self._buckets[key] = bucket  # last used, last forgotten
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return enough
