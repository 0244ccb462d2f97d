"""The ledgers as people look at them in the console: lists, saved views, files, the board, one case.

Everything here reads through `store/law/scope.py`; what changes a ledger goes through `store/ledger.py` alone.
"""
