"""Keeping the indicator library (features.md group E): its tree, what codes are worth from which day on, files in and
out, and new indicators out of what recurs among "other".

Codes are fixed: nothing is ever deleted, so no code is given twice; what is no longer wanted is deactivated. Every
change is dated and written to `indicator_change`. What cannot be is said as `Wrong`
(`store/master/imports/report.py`), a sentence with its facts. Reading the library is `store/master/indicators.py`.
"""
