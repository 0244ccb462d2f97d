"""The shop profile (商户画像): what the ledgers and provincial data say of a shop, as one score that can be taken
apart.

`arithmetic` and `scale` are the rule; `grading` keeps every shop's score in step with the ledgers and counts all anew
at night; `score` takes one apart as of any moment; `page` is the whole profile; `tracing` goes from a pack code to a
shop.
"""
