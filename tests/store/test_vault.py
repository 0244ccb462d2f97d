"""The vault's cryptography: what is sealed opens for its owner, in its place, whole, and in no other way."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl import bindings
from nacl.public import PrivateKey
from nacl.signing import SigningKey

from store import vault
from store.tips import recovery
from store.vault import Broken, Cost, KeyPair, Locked

CHEAP = Cost(passes=1, memory=8192)
KEY, OTHER = PrivateKey(bytes(range(32))), PrivateKey(bytes(range(1, 33)))
SHARE = bytes(range(2, 34))
PAIR = KeyPair(KEY, SigningKey(bytes(range(3, 35))))
KIB = 1024
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def same(one: KeyPair, other: KeyPair) -> bool:
    return bytes(one.box) == bytes(other.box) and bytes(one.sign) == bytes(other.sign)


def flipped(sealed: bytes) -> list[bytes]:
    """The same with one bit changed: at the beginning, in the middle, at the end."""
    found = []
    for place in (0, len(sealed) // 2, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        found.append(bytes(changed))
    return found


# --- deriving -------------------------------------------------------------------------------------------


def test_derive_is_hkdf_sha256() -> None:
    """RFC 5869, checked against another implementation."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    for key, label, size in ((bytes(16), "a", 32), (b"secret", "receipt box", 32), (b"x" * 64, "", 7)):
        expected = HKDF(algorithm=SHA256(), length=size, salt=None, info=label.encode()).derive(key)
        assert vault.derive(key, label, size) == expected


# --- people's keys --------------------------------------------------------------------------------------


def test_a_pair_opens_with_its_passphrase_alone() -> None:
    locked = vault.lock(PAIR, "灯塔 渔船", CHEAP)
    assert same(vault.unlock(locked, "灯塔 渔船"), PAIR)
    assert locked.cost == CHEAP
    for wrong in ("", "灯塔", "灯塔 渔船 "):
        with pytest.raises(Broken):
            vault.unlock(locked, wrong)


def test_the_passphrase_is_stretched_by_argon2id_with_the_salt_and_the_cost() -> None:
    locked = vault.lock(PAIR, "x", CHEAP)
    for other in (
        Locked(vault.lock(PAIR, "x", CHEAP).salt, locked.sealed, CHEAP),
        Locked(locked.salt, locked.sealed, Cost(2, 8192)),
        Locked(locked.salt, locked.sealed, Cost(1, 16384)),
        *(Locked(locked.salt, one, CHEAP) for one in flipped(locked.sealed)),
    ):
        with pytest.raises(Broken):
            vault.unlock(other, "x")
    assert len(locked.salt) == 16
    assert (vault.DEAR.passes, vault.DEAR.memory) == (3, 128 * KIB * KIB)


def test_the_same_passphrase_locks_differently_each_time() -> None:
    one, other = vault.lock(PAIR, "x", CHEAP), vault.lock(PAIR, "x", CHEAP)
    assert one.salt != other.salt
    assert one.sealed != other.sealed


def test_pairs_are_new_and_never_printed() -> None:
    one, other = vault.new_pair(), vault.new_pair()
    assert bytes(one.box) != bytes(other.box)
    assert bytes(one.sign) != bytes(other.sign)
    assert bytes(one.box) != bytes(one.sign)
    assert repr(one) == "KeyPair()"


def test_the_printed_key_opens_the_pair_however_it_is_typed() -> None:
    printed = recovery.new_key()
    sealed = vault.lock_with(PAIR, recovery.key_of(printed))
    for typed in (printed, printed.lower(), printed.replace("-", " "), f"  {printed}\n", _full_width(printed)):
        assert same(vault.unlock_with(sealed, recovery.key_of(typed)), PAIR)
    with pytest.raises(Broken):
        vault.unlock_with(sealed, recovery.key_of(recovery.new_key()))
    assert len(printed) == 49


def _full_width(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) for one in text)


def test_a_digit_that_base32_does_not_have_is_the_letter_it_looks_like() -> None:
    # Found once: a key with O, I and B in it.
    key = "OIBO-IBOI-BOIB-OIBO-IBOI-BOIB-OIBO-IBOI-BOIB-OIBO"
    with pytest.raises(Broken):
        recovery.key_of(key)
    printed = next(one for one in iter(recovery.new_key, "") if {"O", "I", "B"} <= set(one))
    typed = printed.replace("O", "0").replace("I", "1").replace("B", "8")
    assert recovery.key_of(typed) == recovery.key_of(printed)


@pytest.mark.parametrize("typed", ["", "A", "ABCD-EFGH", "不是密钥", "A" * 40, "A" * 48])
def test_what_is_no_recovery_key_is_said_so(typed: str) -> None:
    with pytest.raises(Broken):
        recovery.key_of(typed)


def test_every_slip_in_a_recovery_key_is_noticed_or_leads_nowhere() -> None:
    printed = recovery.new_key()
    sealed = vault.lock_with(PAIR, recovery.key_of(printed))
    for place, one in enumerate(printed):
        if one != "-":
            slip = printed[:place] + ("A" if one != "A" else "C") + printed[place + 1 :]
            with pytest.raises(Broken):
                vault.unlock_with(sealed, recovery.key_of(slip))


# --- escrow ---------------------------------------------------------------------------------------------


def test_any_two_of_three_shares_restore_the_escrow_key() -> None:
    shares = recovery.split(KEY, 2, 3)
    assert [len(one.split()) for one in shares] == [33, 33, 33]
    for two in (shares[:2], shares[1:], (shares[2], shares[0])):
        assert bytes(recovery.join([f"  {one.upper()} \n" for one in two])) == bytes(KEY)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_another_number_of_shares_does_not(count: int) -> None:
    with pytest.raises(Broken):
        recovery.join(recovery.split(KEY, 2, 3)[:count])


def test_shares_of_two_keys_do_not_mix_and_a_wrong_word_is_noticed() -> None:
    one, other = recovery.split(KEY, 2, 3), recovery.split(OTHER, 2, 3)
    with pytest.raises(Broken):
        recovery.join([one[0], other[1]])
    with pytest.raises(Broken):
        recovery.join([one[0], " ".join(reversed(one[1].split()))])


# --- wraps ----------------------------------------------------------------------------------------------


def test_a_wrap_opens_for_its_reader_with_the_share_in_its_place() -> None:
    sealed = vault.wrap(b"tip key", KEY.public_key, SHARE, "tip|reader")
    assert vault.unwrap(sealed, KEY, SHARE, "tip|reader") == b"tip key"
    for key, share, label in (
        (OTHER, SHARE, "tip|reader"),
        (KEY, vault.new_share(), "tip|reader"),
        (KEY, SHARE, "tip|another"),
        (KEY, SHARE, "other|reader"),
    ):
        with pytest.raises(Broken):
            vault.unwrap(sealed, key, share, label)
    for changed in (*flipped(sealed), b"", sealed[:10]):
        with pytest.raises(Broken):
            vault.unwrap(changed, KEY, SHARE, "tip|reader")


def test_a_share_is_32_random_bytes() -> None:
    assert (len(vault.new_share()), vault.new_share() == vault.new_share()) == (32, False)


def test_whoever_has_the_share_alone_opens_nothing() -> None:
    inner = vault._opened(vault.derive(SHARE, "l"), vault.wrap(b"x", KEY.public_key, SHARE, "l"))
    assert inner != b"x"
    with pytest.raises(Broken):
        vault.unwrap(vault._box(vault.derive(SHARE, "l")).encrypt(b"too short to be sealed"), KEY, SHARE, "l")


# --- content --------------------------------------------------------------------------------------------


@quick
@given(st.binary(max_size=3000))
def test_content_opens_in_its_place_alone(plain: bytes) -> None:
    sealed = vault.seal(KEY, plain, "XS-1", "tipster", 4)
    assert vault.unseal(KEY, sealed, "XS-1", "tipster", 4) == plain
    for key, tip, field, counter in (
        (OTHER, "XS-1", "tipster", 4),
        (KEY, "XS-2", "tipster", 4),
        (KEY, "XS-1", "officer", 4),
        (KEY, "XS-1", "tipster", 5),
    ):
        with pytest.raises(Broken):
            vault.unseal(key, sealed, tip, field, counter)


def test_any_flipped_bit_is_noticed() -> None:
    sealed = vault.seal(KEY, b"text", "XS-1", "f", 0)
    for changed in (*flipped(sealed), b"", sealed[:24], sealed[:30], sealed + b"\x00"):
        with pytest.raises(Broken):
            vault.unseal(KEY, changed, "XS-1", "f", 0)


def test_the_same_content_seals_differently_each_time() -> None:
    assert vault.seal(KEY, b"text", "XS-1", "f", 0) != vault.seal(KEY, b"text", "XS-1", "f", 0)


def test_content_is_libsodium_s_xchacha20_poly1305() -> None:
    """Opened here by the library alone, so that the format is known without us."""
    sealed = vault.seal(KEY, b"text", "XS-1", "tipster", 4)
    key = vault.derive(bytes(KEY), "content")
    opened = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], b"XS-1|tipster|4", sealed[:24], key)
    assert opened == bytes(7) + b"\x04text" + bytes(1012)


@pytest.mark.parametrize(
    ("length", "padded"),
    [
        (0, 1 * KIB),
        (1 * KIB - 8, 1 * KIB),
        (1 * KIB - 7, 4 * KIB),
        (4 * KIB - 8, 4 * KIB),
        (4 * KIB - 7, 16 * KIB),
        (16 * KIB - 7, 64 * KIB),
        (64 * KIB - 8, 64 * KIB),
        (64 * KIB - 7, 128 * KIB),
        (128 * KIB - 8, 128 * KIB),
        (128 * KIB - 7, 192 * KIB),
    ],
)
def test_text_is_padded_to_few_sizes(length: int, padded: int) -> None:
    overhead = 24 + 16  # nonce and tag
    assert len(vault.seal(KEY, b"x" * length, "t", "f", 0)) == padded + overhead
    assert vault.unpad(vault.pad(b"x" * length, vault.TEXT_SIZES)) == b"x" * length


def test_padding_is_a_length_the_text_and_zeros() -> None:
    assert vault.pad(b"ab", (16,)) == bytes(7) + b"\x02ab" + bytes(6)
    assert vault.pad(b"ab", (10, 16)) == bytes(7) + b"\x02ab"
    assert vault.pad(b"a" * 9, (16,)) == bytes(7) + b"\x09" + b"a" * 9 + bytes(15)


# --- files ----------------------------------------------------------------------------------------------

SIZES = [0, 1, 64 * KIB - 8, 64 * KIB - 7, 256 * KIB - 8, 256 * KIB, 1024 * KIB, 5000 * KIB, 16384 * KIB]
BUCKETS = [64, 64, 64, 256, 256, 1024, 4096, 16384, 32768]


@pytest.mark.parametrize(("size", "bucket"), zip(SIZES, BUCKETS, strict=True))
def test_files_come_back_whole_in_few_sizes(size: int, bucket: int) -> None:
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    pieces = list(vault.seal_file(KEY, data, "XS-1", "file"))
    assert vault.unseal_file(KEY, pieces, "XS-1", "file") == data
    stored = sum(len(piece) - 17 for piece in pieces[1:])
    assert (len(pieces[0]), stored) == (24, bucket * KIB)
    assert max(len(piece) for piece in pieces) <= vault.PIECE + 17
    assert vault.PIECE == 256 * KIB


def test_a_file_opens_in_its_place_alone() -> None:
    pieces = list(vault.seal_file(KEY, b"x" * 600 * KIB, "XS-1", "file"))
    for key, tip, file in ((OTHER, "XS-1", "file"), (KEY, "XS-2", "file"), (KEY, "XS-1", "another")):
        with pytest.raises(Broken):
            vault.unseal_file(key, pieces, tip, file)


def test_a_piece_that_is_missing_swapped_repeated_or_changed_is_noticed() -> None:
    head, *body = vault.seal_file(KEY, b"x" * 600 * KIB, "XS-1", "file")
    assert len(body) == 4
    wrong: list[list[bytes]] = [
        [],
        [head],
        [head, *body[:-1]],
        [head, *body[1:]],
        [head, body[1], body[0], *body[2:]],
        [head, body[0], *body],
        [head, *body, body[-1]],
        [b"short", *body],
        [head, b"", *body],
        [head, b"short", *body],
        *([head, *body[:-1], changed] for changed in flipped(body[-1])),
        *([changed, *body] for changed in flipped(head)),
    ]
    for pieces in wrong:
        with pytest.raises(Broken):
            vault.unseal_file(KEY, pieces, "XS-1", "file")


def test_a_file_is_sealed_by_libsodium_s_stream() -> None:
    """Opened here by the library alone, so that the format is known without us."""
    head, *body = vault.seal_file(KEY, b"x" * 300 * KIB, "XS-1", "file")
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    file_key = vault.derive(bytes(KEY), "file|XS-1|file")
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, head, file_key)
    opened = [bindings.crypto_secretstream_xchacha20poly1305_pull(state, piece, None) for piece in body]
    assert [tag for _plain, tag in opened] == [0, 0, 0, 3]
    assert b"".join(plain for plain, _tag in opened)[8 : 8 + 300 * KIB] == b"x" * 300 * KIB


# --- signatures and links -------------------------------------------------------------------------------


def test_only_the_owner_signs_exactly_these_parts() -> None:
    sign = PAIR.sign
    signature = vault.sign(sign, b"a", b"bc")
    assert len(signature) == 64
    vault.check(sign.verify_key, signature, b"a", b"bc")
    for parts in ((b"ab", b"c"), (b"a", b"bd"), (b"a",), (b"a", b"bc", b""), (b"bc", b"a")):
        with pytest.raises(Broken):
            vault.check(sign.verify_key, signature, *parts)
    with pytest.raises(Broken):
        vault.check(SigningKey.generate().verify_key, signature, b"a", b"bc")
    for changed in (*flipped(signature), b"", signature[:10]):
        with pytest.raises(Broken):
            vault.check(sign.verify_key, changed, b"a", b"bc")


def test_a_link_is_the_hash_of_the_parts_and_of_where_they_end() -> None:
    import hashlib

    known = hashlib.sha256(bytes(7) + b"\x01a" + bytes(7) + b"\x02bc").digest()
    assert vault.link(b"a", b"bc") == known
    assert len({vault.link(b"a", b"bc"), vault.link(b"ab", b"c"), vault.link(b"abc"), vault.link(b"", b"abc")}) == 4


def test_what_is_broken_carries_nothing() -> None:
    """No cause, no context with content: what fails inside must not reach a log with it."""
    with pytest.raises(Broken) as fault:
        vault.unseal(KEY, b"\x01" * 80, "XS-1", "f", 0)
    assert (fault.value.args, fault.value.__cause__, fault.value.__suppress_context__) == ((), None, True)
