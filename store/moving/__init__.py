"""Carrying out a move: what it writes, where it leaves an entry, whom it concerns."""
