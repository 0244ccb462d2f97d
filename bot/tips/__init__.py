"""The tip desk: anonymous tips by chat, with plumbing of their own that knows no sender (tipline.md §2)."""
