"""The books' answers to a dialogue's questions: one function per kind of `Lookup`.

Query keys are optional unless marked with `!`. Items: value, label, detail, data (see `words.Item`).

merchant    words (part of a name, pinyin initials, owner, licence number, 32-character pack code);
            place {lat, lon, datum}
            -> licence_no, name, "owner · address · 120 m"
indicator   words | code | parent (null lists the top); side
            -> code, "W10202 …", parent's name, {code, leaf, severity, side, name}
colleague   words (part of a name, initials, userid) -> userid, name, unit
unit        words -> code, name
duplicates  fields! (the answers of a report so far) -> number, "XS-… 同一商户,3 天前"
entry       number! (the last digits may be enough)
            -> one item, or none when out of scope: number, headline, full text,
               {ledger, state, indicator, merchant, internal, verbs: [{verb, label}]}
tasks       page -> what waits for me, most urgent first: number, one line
mine        page -> what I reported, newest first
find        words! (number, shop, licence, person, indicator, text); page -> entries of both ledgers in my scope
ledger      ledger, state, page -> counts per state (value: state), or with `state` its entries

Every answer is cut to the asker's scope. Pages have 8 items and start at 0; `Found.total` counts all.
"""
