"""The failure that was to be expected: one plain sentence for the person, and no trace."""

from __future__ import annotations


class Fault(Exception):
    """Something the person at the keyboard can put right. Its text says what is wrong and what to do."""
