"""The sealed envelope of callbacks: SHA-1 signature and AES-256-CBC (D90968; the Official Account uses the same).

The hot road of two doors: one message in and one reply out cost about 25 microseconds, so nothing is built twice.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from hashlib import sha1
from hmac import compare_digest

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
"""PKCS#7 pads to 32 bytes here, not to AES's 16."""
_HEAD = 20  # 16 random bytes and the length of the message


class Rejected(Exception):
    """The callback is not one of ours, or broken. The text is a reason for the log and never holds content."""


class Envelope:
    """Opens and seals with one app's `token` and 43-character `aes_key`; `receiver` is the corpid or appid."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        key = base64.b64decode(aes_key + "=")
        self._token = token
        self._receiver = receiver.encode()
        self._cipher = Cipher(AES256(key), CBC(key[:16]))

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Hexadecimal SHA-1 over the four values in plain string order."""
        text = "".join(sorted((self._token, timestamp, nonce, encrypted)))
        return sha1(text.encode(), usedforsecurity=False).hexdigest()

    def open(self, query: Mapping[str, str], encrypted: str) -> bytes:
        """The message behind `encrypted`, when the query's signature covers it and it was meant for us.

        Nothing is decrypted before the signature is right, so a stranger learns nothing from the failures that
        come after it. Raises `Rejected`, and nothing else, whatever comes in.
        """
        given = query.get("msg_signature", "")
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not (given and timestamp and nonce and encrypted):
            raise Rejected("incomplete")
        try:
            expected = self.signature(timestamp, nonce, encrypted)
            right = compare_digest(given.encode(), expected.encode())
        except UnicodeEncodeError:  # lone surrogates: bytes in the query that are not UTF-8
            right = False
        if not right:
            raise Rejected("signature")
        return self._decrypted(encrypted)

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except ValueError:
            raise Rejected("base64") from None
        if not sealed or len(sealed) % 16:
            raise Rejected("length")
        decryptor = self._cipher.decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        padding = plain[-1]
        if not 1 <= padding <= BLOCK:
            raise Rejected("padding")
        end = _HEAD + int.from_bytes(plain[16:_HEAD], "big")
        # A length that does not fit leaves too little or too much here, so this compares it as well.
        if not compare_digest(plain[end:-padding], self._receiver):
            raise Rejected("receiver")
        return plain[_HEAD:end]

    def encrypt(self, message: bytes) -> str:
        """`message` sealed for the other side, in base64."""
        plain = secrets.token_bytes(16) + len(message).to_bytes(4, "big") + message + self._receiver
        padding = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(plain + bytes((padding,)) * padding) + encryptor.finalize()).decode()

    def seal(self, message: str, timestamp: int) -> str:
        """The XML of a passive reply around `message`, signed with a fresh nonce; `timestamp` in seconds."""
        encrypted, nonce = self.encrypt(message.encode()), secrets.token_hex(8)
        signature = self.signature(str(timestamp), nonce, encrypted)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )
