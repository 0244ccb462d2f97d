"""The cryptography of the vault: keys, wraps, sealed content (tipline.md §4). Pure: no tables, no files, no clock.

Nothing of it is our own: X25519 sealed boxes, XSalsa20-Poly1305, XChaCha20-Poly1305 (also as a stream), Ed25519 and
Argon2id of libsodium; HKDF-SHA-256. Ours is only what is bound to what: every sealed thing is
tied to the tip, the field and the counter it belongs to, so that it opens nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nacl import bindings, exceptions, pwhash, secret, utils
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

KIB = 1024
TEXT_SIZES = (1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB)
FILE_SIZES = (64 * KIB, 256 * KIB, 1024 * KIB, 4096 * KIB, 16384 * KIB)
PIECE = 256 * KIB
"""How much of a file is sealed at once: what reading one needs of memory."""
KEY = 32
_LENGTH = 8
_FAULTS = (exceptions.CryptoError, TypeError, ValueError)
"""What libsodium's bindings raise for bytes that are not what they should be; what is too short, too."""
_NONCE = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES


class Broken(Exception):
    """Something sealed does not open: a bit was flipped, a row swapped, or the key is another one. Carries nothing."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try at a passphrase costs: Argon2id passes and bytes of memory. Lowered in tests only."""

    passes: int
    memory: int


DEAR = Cost(passes=3, memory=128 * KIB * KIB)
"""Twice the memory of RFC 9106 for machines that have little: half a second, and 128 MiB for each guess."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Somebody's private keys, opened: what opens wraps and what signs replies."""

    box: PrivateKey = field(repr=False)
    sign: SigningKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Locked:
    """A key pair under a passphrase, as it may lie in a database."""

    salt: bytes
    sealed: bytes
    cost: Cost


def derive(key: bytes, label: str, size: int = KEY) -> bytes:
    """A key of `size` <= 32 bytes for one purpose: HKDF-SHA-256 (RFC 5869), one block, no salt."""
    root = hmac.digest(bytes(KEY), key, hashlib.sha256)
    return hmac.digest(root, label.encode() + b"\x01", hashlib.sha256)[:size]


# --- people's keys --------------------------------------------------------------------------------------


def new_pair() -> KeyPair:
    """Keys that nobody else has."""
    return KeyPair(PrivateKey.generate(), SigningKey.generate())


def lock(pair: KeyPair, passphrase: str, cost: Cost) -> Locked:
    """The pair under a passphrase, with a salt of its own."""
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    return Locked(salt, _box(_stretched(passphrase, salt, cost)).encrypt(_bytes_of(pair)), cost)


def unlock(locked: Locked, passphrase: str) -> KeyPair:
    """The pair again. Raises `Broken` when the passphrase is another one."""
    return _pair_of(_opened(_stretched(passphrase, locked.salt, locked.cost), locked.sealed))


def lock_with(pair: KeyPair, key: bytes) -> bytes:
    """The pair under a random key, such as the printed one (`recovery.py`)."""
    return _box(derive(key, "pair")).encrypt(_bytes_of(pair))


def unlock_with(sealed: bytes, key: bytes) -> KeyPair:
    """The pair again. Raises `Broken`."""
    return _pair_of(_opened(derive(key, "pair"), sealed))


def _bytes_of(pair: KeyPair) -> bytes:
    return bytes(pair.box) + bytes(pair.sign)


def _pair_of(both: bytes) -> KeyPair:
    return KeyPair(PrivateKey(both[:KEY]), SigningKey(both[KEY:]))


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    return pwhash.argon2id.kdf(KEY, passphrase.encode(), salt, opslimit=cost.passes, memlimit=cost.memory)


# --- wraps: something for one reader, which also dies with the tip's deletion share -----------------------


def new_share() -> bytes:
    """A deletion share: destroying it is the deletion of everything that is wrapped with it."""
    return utils.random(KEY)


def wrap(plain: bytes, to: PublicKey, share: bytes, label: str) -> bytes:
    """`plain` for the owner of `to` alone, and only as long as the share lives. `label`: where it belongs."""
    return _box(derive(share, label)).encrypt(SealedBox(to).encrypt(plain))


def unwrap(sealed: bytes, key: PrivateKey, share: bytes, label: str) -> bytes:
    """What was wrapped. Raises `Broken`."""
    inner = _opened(derive(share, label), sealed)
    try:
        return SealedBox(key).decrypt(inner)
    except _FAULTS:
        raise Broken from None


# --- content --------------------------------------------------------------------------------------------


def seal(key: PrivateKey, plain: bytes, tip: str, field_: str, counter: int) -> bytes:
    """Content of a tip, padded to 1, 4, 16 or 64 KiB (longer: whole 64 KiB), bound to its tip, field and counter."""
    nonce = utils.random(_NONCE)
    padded, where = pad(plain, TEXT_SIZES), _where(tip, field_, counter)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(padded, where, nonce, _content_key(key))


def unseal(key: PrivateKey, sealed: bytes, tip: str, field_: str, counter: int) -> bytes:
    """What was sealed. Raises `Broken`, also for something that belongs elsewhere."""
    nonce, cipher, where = sealed[:_NONCE], sealed[_NONCE:], _where(tip, field_, counter)
    try:
        padded = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(cipher, where, nonce, _content_key(key))
    except _FAULTS:
        raise Broken from None
    return unpad(padded)


def pad(plain: bytes, sizes: tuple[int, ...]) -> bytes:
    """`plain` with its length before it and zeros behind it, up to the next of these sizes, else to whole last ones."""
    needed = len(plain) + _LENGTH
    size = next((one for one in sizes if one >= needed), -(-needed // sizes[-1]) * sizes[-1])
    return len(plain).to_bytes(_LENGTH, "big") + plain + bytes(size - needed)


def unpad(padded: bytes) -> bytes:
    """What was padded."""
    length = int.from_bytes(padded[:_LENGTH], "big")
    return padded[_LENGTH : _LENGTH + length]


def seal_file(key: PrivateKey, data: bytes, tip: str, file: str) -> Iterator[bytes]:
    """A file in sealed pieces, the stream's header first. Its size shows only as one of a few (64 KiB … 16 MiB)."""
    padded, state = pad(data, FILE_SIZES), bindings.crypto_secretstream_xchacha20poly1305_state()
    yield bindings.crypto_secretstream_xchacha20poly1305_init_push(state, _file_key(key, tip, file))
    for start in range(0, len(padded), PIECE):
        last = start + PIECE >= len(padded)
        tag = _FINAL if last else _MORE
        piece = padded[start : start + PIECE]
        yield bindings.crypto_secretstream_xchacha20poly1305_push(state, piece, None, tag)


def unseal_file(key: PrivateKey, pieces: Iterable[bytes], tip: str, file: str) -> bytes:
    """The file again. Raises `Broken`, also when a piece is missing, swapped or repeated."""
    state, found, tag = bindings.crypto_secretstream_xchacha20poly1305_state(), bytearray(), _MORE
    rest = iter(pieces)
    try:
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, next(rest, b""), _file_key(key, tip, file))
        for piece in rest:
            plain, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, piece, None)
            found += plain
    except _FAULTS:
        raise Broken from None
    if tag != _FINAL:
        raise Broken
    return unpad(bytes(found))


_MORE = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


# --- who wrote what, in which order ---------------------------------------------------------------------


def sign(key: SigningKey, *parts: bytes) -> bytes:
    """64 bytes that only the owner of this key can make of these parts, in this order."""
    return key.sign(joined(*parts)).signature


def check(key: VerifyKey, signature: bytes, *parts: bytes) -> None:
    """Raises `Broken` unless the owner of the key signed exactly these parts."""
    try:
        key.verify(joined(*parts), signature)
    except _FAULTS:
        raise Broken from None


def link(*parts: bytes) -> bytes:
    """The SHA-256 of these parts: how a row names the one before it."""
    return hashlib.sha256(joined(*parts)).digest()


def joined(*parts: bytes) -> bytes:
    """Parts as one, so that no two different lists give the same."""
    return b"".join(len(part).to_bytes(_LENGTH, "big") + part for part in parts)


def _where(tip: str, field_: str, counter: int) -> bytes:
    return f"{tip}|{field_}|{counter}".encode()


def _content_key(key: PrivateKey) -> bytes:
    return derive(bytes(key), "content")


def _file_key(key: PrivateKey, tip: str, file: str) -> bytes:
    return derive(bytes(key), f"file|{tip}|{file}")


def _box(key: bytes) -> secret.SecretBox:
    return secret.SecretBox(key)


def _opened(key: bytes, sealed: bytes) -> bytes:
    try:
        return _box(key).decrypt(sealed)
    except _FAULTS:
        raise Broken from None
