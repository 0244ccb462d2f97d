"""Checks that need the whole form: names, references, cycles, what stands above what, translations."""

from __future__ import annotations

from conversations.form import Form
from conversations.rows import Book, Faults


def check_form(form: Form, book: Book, faults: Faults, languages: frozenset[str]) -> None:
    """Adds what is wrong to `faults`."""
