"""The books' answers to a dialogue's questions: one function per kind of `Lookup`.

| kind       | query (all keys optional unless marked !)                          | items                              |
|------------|--------------------------------------------------------------------|------------------------------------|
| merchant   | words: name part, pinyin initials, owner, licence number, pack code; place: {lat, lon, datum} | value licence_no, label name, detail "owner · address · 120 m" |
| indicator  | words, code, or parent (code; None lists the top); side            | value code, label "W10202 …", data {code, leaf, severity, side, name} |
| colleague  | words: name part, initials or userid                               | value userid, label name, detail unit |
| unit       | words                                                              | value code, label name             |
| duplicates | fields!: the answers of a report so far                            | value number, label "XS-… 同一商户,3 天前" |
| entry      | number!: may be the last digits only                               | one item, or none when out of scope: value number, label headline, detail full text, data {ledger, state, verbs: [{verb, label}], subject fields} |
| tasks      | page                                                               | what waits for me, most urgent first: value number, label one line |
| mine       | page                                                               | what I reported, newest first      |
| find       | words!: number, shop, licence, person, indicator, text; page       | entries of both ledgers within my scope |
| ledger     | ledger, state, page                                                | counts per state (value state), or with `state` its entries |

Every answer is cut to the asker's scope. Pages have 8 items and start at 0; `Found.total` counts all.
"""
