"""The command line: one module per command, found by its name.

Each module has `HELP` (one line), `arguments(parser)` and `run(args)`; `run` returns the exit status. A command
that fails says in one sentence what is wrong and what to do, and returns 1 (2 for a wrong call).
"""
