"""A seized disk: whoever has the whole database and the source, but neither passphrase nor receipt, reads no word."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from store import tables, tips, vault
from store.db import Tx
from store.tips import NotYours, OfficerKey, TipFile, drafts, receipts, recovery
from store.vault import Broken
from tests.tips import file_tip, held, key_of, make_vault, opened, passphrase
from tests.world import build_world

AT = datetime(2026, 11, 23, 2, 17, 41, 987654, tzinfo=UTC)
CANARIES = {
    "text": "凌晨 canary-text 从后门搬烟",
    "merchant": "canary-merchant",
    "identity": "李四 canary-identity 13800001234",
    "reply": "canary-reply 哪一天?",
    "added": "canary-added 上周三",
    "reason": "canary-reason 当面核实",
    "photo": "canary-photo-bytes",
    "draft": "canary-draft 还没写完",
    "chat": "canary-chat-77153",
    "message": "canary-message-key",
}


@pytest.fixture
async def tx(engine: AsyncEngine) -> AsyncIterator[Tx]:
    async with engine.connect() as connection:
        await build_world(connection)
        await make_vault(connection, AT)
        yield connection


async def _everything(tx: Tx) -> list[Any]:
    """Every value of every row."""
    found: list[Any] = []
    for table in tables.metadata.sorted_tables:
        for row in await tx.execute(text(f'SELECT * FROM "{table.schema or "public"}"."{table.name}"')):
            found += row
    return found


def _forms(word: str) -> Iterable[bytes]:
    plain = word.encode()
    yield from (plain, word.encode("utf-16-le"), plain.hex().encode(), word.encode("unicode_escape"))
    yield from (base64.b64encode(b"-" * pad + plain)[4:-4] for pad in (0, 1, 2))


async def _lived_through(tx: Tx) -> tuple[str, receipts.Receipt]:
    """A tip that went through everything."""
    photo = TipFile("image", "image/jpeg", CANARIES["photo"].encode() * 50)
    said: dict[str, Any] = {name: CANARIES[name] for name in ("text", "merchant", "identity")}
    receipt = await file_tip(tx, AT, files=(photo,), **said)
    mine = await held(tx, receipt, AT)
    theirs = await opened(tx, "sq-ng1", mine.number, AT)
    await tips.answer(tx, theirs, CANARIES["reply"], [photo], AT)
    await tips.say(tx, mine, CANARIES["added"], [photo], AT)
    await tips.ask_identity(tx, theirs, CANARIES["reason"], AT)
    custodian = await key_of(tx, "sq-custodian", AT)
    await tips.release_identity(tx, custodian, mine.number, "sq-ng1", AT)
    door, chat = "telegram", CANARIES["chat"]
    await drafts.save(tx, door, chat, {"answers": {"text": CANARIES["draft"]}}, AT)
    await drafts.keep_file(tx, door, chat, "image", "image/jpeg", photo.data, AT)
    await drafts.remember(tx, door, chat, CANARIES["message"], [CANARIES["draft"]], AT)
    return mine.number, receipt


async def test_not_one_canary_is_in_the_database(tx: Tx) -> None:
    _number, receipt = await _lived_through(tx)
    kept = b"\x00".join(
        bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in await _everything(tx)
    )
    words = [*CANARIES.values(), *(part for word in CANARIES.values() for part in word.split() if len(part) > 5)]
    assert [word for word in words for form in _forms(word) if form in kept] == []
    assert receipt.secret not in kept
    grown = receipts.keys(receipt)
    for secret in (bytes(grown.box), bytes(grown.proof), passphrase("sq-ng1").encode()):
        assert secret not in kept
        assert secret.hex().encode() not in kept


async def test_no_exact_time_of_a_tipster_s_act_is_in_the_database(tx: Tx) -> None:
    """Only what an officer did, the push's batch and the end of a draft (gone in half an hour) have a time of day."""
    receipt = await file_tip(tx, AT)
    await tips.say(tx, await held(tx, receipt, AT), "more", [], AT)
    for table in tables.metadata.sorted_tables:
        if table.name in ("vault_audit", "vault_officer", "tip_push"):
            continue
        for row in await tx.execute(text(f'SELECT * FROM "{table.schema or "public"}"."{table.name}"')):
            shown = str(row)
            assert "987654" not in shown, table.name
            assert "17, 41" not in shown, table.name


async def test_keys_that_are_not_the_right_ones_open_nothing(tx: Tx) -> None:
    """The thief runs our own code over all rows, with keys of their own making and with everything that lies there."""
    number, _receipt = await _lived_through(tx)
    thief = vault.new_pair()
    for person in ("sq-ng1", "sq-custodian", "escrow"):
        with pytest.raises(NotYours):
            await tips.open_tip(tx, OfficerKey(person, "officer", thief), number, AT)
    share = (await tx.execute(select(tables.tip_share.c.value))).scalar_one()
    row = (await tx.execute(select(tables.vault_officer).where(tables.vault_officer.c.person_id == "sq-ng1"))).one()
    for wrong in ("", "password", "correct horse sq-ng2", row.salt.hex()):
        with pytest.raises(Broken):
            vault.unlock(vault.Locked(row.salt, row.sealed, vault.Cost(row.passes, row.memory)), wrong)
    with pytest.raises(Broken):
        vault.unlock_with(row.recovery, share)


async def test_one_officer_s_passphrase_opens_exactly_their_tips(tx: Tx) -> None:
    both = (await held(tx, await file_tip(tx, AT), AT)).number
    about_first = (await held(tx, await file_tip(tx, AT, person_name="秦明"), AT)).number
    stolen = await key_of(tx, "sq-ng1", AT)
    assert (await tips.read(tx, await tips.open_tip(tx, stolen, both, AT), AT)).answers["merchant"]
    for table in (tables.tip_wrap, tables.tip_receipt, tables.tip_identity):
        for row in await tx.execute(select(table).where(table.c.number == about_first)):
            for label in ("sq-ng1", "sq-ng2", "escrow", "receipt"):
                share = (
                    await tx.execute(select(tables.tip_share.c.value).where(tables.tip_share.c.number == about_first))
                ).scalar_one()
                with pytest.raises(Broken):
                    vault.unwrap(row.sealed, stolen.pair.box, share, f"{about_first}|{label}")


async def test_a_backup_without_the_shares_opens_nothing_even_with_every_passphrase(tx: Tx) -> None:
    """What the documented backup leaves out is what makes a deletion final."""
    receipt = await file_tip(tx, AT)
    number = (await held(tx, receipt, AT)).number
    key = await key_of(tx, "sq-ng1", AT)
    await tx.execute(text("DELETE FROM tip_apart.share"))
    assert await tips.find(tx, receipt, AT) is None
    with pytest.raises(NotYours):
        await tips.open_tip(tx, key, number, AT)


# --- recovery -------------------------------------------------------------------------------------------


async def test_two_shares_of_the_escrow_open_every_tip_to_another_officer_but_their_own(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        await build_world(tx)
        phrases, _printed = await make_vault(tx, AT, {"sq-ng1": "officer"})
        mine = await held(tx, await file_tip(tx, AT), AT)
        about_second = await held(tx, await file_tip(tx, AT, text="Tom Xu 收了钱"), AT)
        new = await tips.setup.add_officer(tx, "sq-ng2", "officer", passphrase("sq-ng2"), AT, cost=vault.Cost(1, 8192))
        assert new.recovery
        second = await key_of(tx, "sq-ng2", AT)
        assert await tips.list_for(tx, second, AT) == []
        assert await tips.setup.recover(tx, phrases[1:], "sq-ng2", AT) == (1, 1)
        assert [one.number for one in await tips.list_for(tx, second, AT)] == [mine.number]
        with pytest.raises(NotYours):
            await tips.open_tip(tx, second, about_second.number, AT)
        theirs = await tips.open_tip(tx, second, mine.number, AT)
        await tips.answer(tx, theirs, "I take over", [], AT)
        assert [one.text for one in (await tips.read(tx, mine, AT)).messages] == ["I take over"]
        for wrong in (phrases[:1], [phrases[0], "not a share"], recovery.split(vault.new_pair().box, 2, 3)[:2]):
            with pytest.raises(Broken):
                await tips.setup.recover(tx, wrong, "sq-ng2", AT)


async def test_the_printed_key_gives_a_new_passphrase_and_is_spent(engine: AsyncEngine) -> None:
    async with engine.connect() as tx:
        await build_world(tx)
        _phrases, printed = await make_vault(tx, AT, {"sq-ng1": "officer"})
        number = (await held(tx, await file_tip(tx, AT), AT)).number
        cheap = vault.Cost(1, 8192)
        again = await tips.setup.renew(tx, "sq-ng1", printed["sq-ng1"], "a new passphrase", AT, cost=cheap)
        key = await tips.unlock(tx, "sq-ng1", "a new passphrase", AT)
        assert isinstance(key, OfficerKey)
        await tips.open_tip(tx, key, number, AT)
        assert not isinstance(await tips.unlock(tx, "sq-ng1", passphrase("sq-ng1"), AT), OfficerKey)
        with pytest.raises(Broken):
            await tips.setup.renew(tx, "sq-ng1", printed["sq-ng1"], "another one", AT, cost=cheap)
        with pytest.raises(Broken):
            await tips.setup.renew(tx, "nobody", again.recovery, "another one", AT, cost=cheap)


@pytest.mark.parametrize(
    ("person", "kind", "reason"),
    [
        ("nobody", "officer", "unknown"),
        ("mq-cm", "officer", "role"),
        ("sq-ng1", "custodian", "role"),
        ("SQ-NG1", "officer", None),
        ("sq-custodian", "custodian", None),
        ("mq-leader", "outside", None),
    ],
)
async def test_who_may_be_what(engine: AsyncEngine, person: str, kind: str, reason: str | None) -> None:
    async with engine.connect() as tx:
        await build_world(tx)
        with pytest.raises(tips.setup.CannotSetUp, match="not_made"):
            await tips.setup.invite(tx, person, kind, AT)
        for shares in ((1, 3), (4, 3), (2, 17)):
            with pytest.raises(tips.setup.CannotSetUp, match="shares"):
                await tips.setup.init(tx, AT, threshold=shares[0], shares=shares[1])
        await tips.setup.init(tx, AT)
        with pytest.raises(tips.setup.CannotSetUp, match="is_made"):
            await tips.setup.init(tx, AT)
        if reason:
            with pytest.raises(tips.setup.CannotSetUp, match=reason):
                await tips.setup.invite(tx, person, kind, AT)
            return
        userid = await tips.setup.invite(tx, person, kind, AT)
        assert await tips.setup.awaits_passphrase(tx, userid)
        assert await tips.setup.has_vault(tx, userid) == kind
        with pytest.raises(tips.setup.CannotSetUp, match="has_keys"):
            await tips.setup.invite(tx, person, kind, AT)
        with pytest.raises(tips.setup.CannotSetUp, match="short"):
            await tips.setup.choose(tx, userid, "1234567", AT)
        await tips.setup.choose(tx, userid, "12345678", AT, cost=vault.Cost(1, 8192))
        with pytest.raises(tips.setup.CannotSetUp, match="not_invited"):
            await tips.setup.choose(tx, userid, "12345678", AT)
        found = await tips.setup.status(tx)
        assert (found.threshold, found.shares, found.officers) == (2, 3, ((userid, kind, True),))
        assert found.ready is (kind != "custodian")
