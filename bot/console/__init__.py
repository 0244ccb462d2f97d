'''The console: the bureau's rooms in a browser. How to add one.

A room is a folder here with `room.py`, which has one `ROOM`, and its templates; its name goes into `ROOMS`
(`rooms.py`). The shell does the rest: signing in, the session, who may enter, CSRF, headers, the menu, both languages.

    """The shops room: …"""
    from bot.console.rooms import Room, get, post
    from bot.texts import _

    async def _all(visit: Visit) -> web.Response:
        view = visit.view(COLUMNS, default="-due_at", filters=("state",))     # sorting, page, filters of the address
        async with visit.read() as tx:                            # a connection to read from; nothing is written
            rows, total = await shops.listed(tx, visit.who, …)    # always cut to scope: store/law/scope.py
        return visit.page("shops/list.html", listing=Listing(view, rows, total))

    async def _close(visit: Visit) -> web.Response:
        why = visit.sheet.text("text")                            # the posted form; its CSRF token is checked already
        done = await visit.press(Ask(Ledger.CLUE, "dismiss", visit.parts["number"], {"text": why}))
        return visit.go(visit.path(), done)                       # redirect, then say it once

    ROOM = Room("shops", _("Shops"), "shop",
                admits=lambda visit: supervises(visit.who), routes=(get("", _all), post("/close", _close)))

`Visit` (visit.py)
    who, language, at, query       the person (a `store.words.Person`), "zh" or "en", the office's time, the address's
    t(sentence, **facts)           the sentence in the visitor's language; mark constants with `_`
    read()                         `async with`: a reading connection
    write()                        `async with`: one transaction for what is no ledger; ledgers with `press` only
    press(ask)                     the same `receive` as every door; gives `Done(said, moved, refused)`
    sheet                          the posted form: `.text(name)`, `.all`, `.number`, `.files`; put sentences into
                                   `.errors[name]` and show the page again: the fields keep what was typed
    page(template, **facts)        a whole page; `go(path, said)` redirects and shows a notice once
    memory                         a mapping for this session in this process only, gone after 30 idle minutes and at
                                   sign-out: opened keys, never anything that must not be lost
    raise NotThere                 what is hidden, foreign or made up: always the same 404

Templates extend "shell/base.html", fill `title`, `main`, and use the components:

    {% import "shell/parts.html" as ui with context %}

    ui.head(title, lead, back)                 the page's heading; the call block holds its buttons
    ui.form(action), ui.button(label, look)    a POST form with its tokens; looks: primary, plain, quiet, danger
    ui.text, ui.area, ui.choose, ui.pick, ui.ticks, ui.secret, ui.upload     fields with label, hint and error
    ui.lookup(name, label, items, …)           something found in the books by typed words (pickers.py)
    ui.wrong(errors)                           what is wrong with the form, above it, with links to the fields
    ui.filters(listing), ui.table(listing)     filter bar; table with sorting and paging, cards on a phone. The call
                                               block of `table` gets (row, column) and writes one cell
    ui.pager(listing)                          under lists that are no tables
    ui.state(words, tone), ui.light(colour)    badges and traffic lights: colour, shape and words together
    ui.stat(number, label, path, tone)         a tile with one number;  ui.stats() around several
    ui.facts(pairs), ui.timeline(steps)        definition list; steps of (when, title, text, tone)
    ui.tabs(items), ui.notice(words, tone), ui.empty(title, words)
    ui.chart(title, note)                      a frame for an SVG drawing; `ui.bars(rows)` draws simple bars with links
    ui.section(title, note), ui.panel()        what holds the above on a page
    icon(name)                                 from shell/icons.html

Tones are `plain`, `info`, `good`, `warn`, `bad`. There are no style attributes (the policy forbids them) and no scripts
that a page needs. The style sheet is `style/*.css`, in the order of their names; a room that needs more has a
`style.css`, which no other room's pages load.
What a form says is English in the code; `python -m tests.translations --update` collects it for the catalogue.
'''
