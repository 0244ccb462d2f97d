"""The tip page: how anybody tells the bureau something without saying who they are (tipline.md §1, 3, 6, 7)."""
