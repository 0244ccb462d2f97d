"""Leader reports: what every entry counts as, sums of it kept in step with the ledgers, and figures for whoever may see
them.

`following.follow` keeps step in the transaction of a move; `folding` takes what changed into sums; `recounting` proves
both against the ledgers; `figures.read` answers a question; `meaning` is what a figure's list is made of.
"""
