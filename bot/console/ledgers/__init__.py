"""The ledgers' rooms in the console: lists, board, warnings, saved views, files, and the page of one case."""
