"""The sealed envelope: Tencent's vectors, an independent implementation in both directions, and everything wrong."""

from __future__ import annotations

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto

from bot.weixin.envelope import Envelope, Rejected
from bot.weixin.xmltext import LIMIT, cdata, parse, text_reply, value
from tests.doors.standin import AES_KEY, CORP, TOKEN

ENVELOPE = Envelope(TOKEN, AES_KEY, CORP)
KEY = base64.b64decode(AES_KEY + "=")
ECHO = "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA=="
QUERY = {
    "msg_signature": "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb",
    "timestamp": "1476416373",
    "nonce": "47744683",
}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def signed(encrypted: str, timestamp: str = "1476416373", nonce: str = "47744683") -> dict[str, str]:
    signature = ENVELOPE.signature(timestamp, nonce, encrypted)
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}


def raw(plain: bytes) -> str:
    """These bytes under our key, without any envelope around them."""
    encryptor = ENVELOPE._cipher.encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def packed(
    message: bytes, receiver: bytes = CORP.encode(), length: int | None = None, padding: int | None = None
) -> str:
    plain = b"0123456789abcdef" + struct.pack(">I", len(message) if length is None else length) + message + receiver
    pad = 32 - len(plain) % 32
    return raw(plain + bytes([pad if padding is None else padding]) * pad)


def test_the_documented_vector() -> None:
    assert ENVELOPE.signature("1476416373", "47744683", ECHO) == QUERY["msg_signature"]
    assert ENVELOPE.open(QUERY, ECHO) == b"1288432023552776189"


@given(TEXT)
def test_wechatpy_reads_what_we_seal(text: str) -> None:
    sealed = parse(ENVELOPE.seal(text, 1476416373).encode())
    assert value(sealed, "TimeStamp") == "1476416373"
    fields = {tag: value(sealed, tag) for tag in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")}
    other = WeChatCrypto(TOKEN, AES_KEY, CORP)
    given = {"Encrypt": fields["Encrypt"]}
    assert other.decrypt_message(given, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]) == text


@given(TEXT, st.text("0123456789", min_size=1, max_size=12), st.text("0123456789abc", min_size=1, max_size=12))
def test_we_read_what_wechatpy_seals(text: str, timestamp: str, nonce: str) -> None:
    outer = parse(WeChatCrypto(TOKEN, AES_KEY, CORP).encrypt_message(text, nonce, timestamp).encode())
    query = {"msg_signature": value(outer, "MsgSignature"), "timestamp": timestamp, "nonce": nonce}
    assert ENVELOPE.open(query, value(outer, "Encrypt")).decode() == text


@given(st.binary(max_size=200))
def test_the_bare_cipher_agrees_with_wechatpy(message: bytes) -> None:
    text = base64.b64encode(message).decode()
    assert PrpCrypto(KEY).decrypt(ENVELOPE.encrypt(text.encode()), CORP) == text
    theirs = PrpCrypto(KEY).encrypt(text, CORP).decode()
    assert ENVELOPE.open(signed(theirs), theirs) == text.encode()


def test_two_seals_of_one_message_differ() -> None:
    assert ENVELOPE.seal("x", 1) != ENVELOPE.seal("x", 1)


GOOD = packed(b"hello")
WRONG: dict[str, tuple[dict[str, str], str, str]] = {
    "wrong signature": (signed(GOOD) | {"msg_signature": "0" * 40}, GOOD, "signature"),
    "signature not ASCII": (signed(GOOD) | {"msg_signature": "签" * 40}, GOOD, "signature"),
    "signature of another text": (signed(ECHO), GOOD, "signature"),
    "undecodable query": (signed(GOOD) | {"nonce": "\udcff"}, GOOD, "signature"),
    "no signature": ({k: v for k, v in signed(GOOD).items() if k != "msg_signature"}, GOOD, "incomplete"),
    "no timestamp": ({k: v for k, v in signed(GOOD).items() if k != "timestamp"}, GOOD, "incomplete"),
    "no nonce": ({k: v for k, v in signed(GOOD).items() if k != "nonce"}, GOOD, "incomplete"),
    "nothing encrypted": (signed(""), "", "incomplete"),
    "not base64": (signed("!!!"), "!!!", "base64"),
    "base64 cut": (signed(GOOD[:-3]), GOOD[:-3], "base64"),
    "not ASCII": (signed("密文"), "密文", "base64"),
    "not whole blocks": (signed("AAAA"), "AAAA", "length"),
    "padding 0": (signed(packed(b"hello", padding=0)), packed(b"hello", padding=0), "padding"),
    "padding 33": (signed(packed(b"hello", padding=33)), packed(b"hello", padding=33), "padding"),
    "length too long": (signed(packed(b"hello", length=6)), packed(b"hello", length=6), "receiver"),
    "length too short": (signed(packed(b"hello", length=4)), packed(b"hello", length=4), "receiver"),
    "length absurd": (signed(packed(b"hello", length=2**32 - 1)), packed(b"hello", length=2**32 - 1), "receiver"),
    "one block": (signed(raw(b"\x10" * 16)), raw(b"\x10" * 16), "receiver"),
    "foreign receiver": (signed(packed(b"hello", b"wwother")), packed(b"hello", b"wwother"), "receiver"),
    "no receiver": (signed(packed(b"hello", b"")), packed(b"hello", b""), "receiver"),
}


@pytest.mark.parametrize("case", WRONG)
def test_everything_wrong_is_one_exception_with_a_reason(case: str) -> None:
    query, encrypted, reason = WRONG[case]
    with pytest.raises(Rejected) as caught:
        ENVELOPE.open(query, encrypted)
    assert str(caught.value) == reason


@given(st.binary(max_size=96))
def test_whatever_is_decrypted_never_raises_anything_else(plain: bytes) -> None:
    encrypted = raw(plain + b"\0" * (-len(plain) % 16))
    try:
        ENVELOPE.open(signed(encrypted), encrypted)
    except Rejected:
        return


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
BROKEN = {
    "not XML": (b"hello", "not XML"),
    "nothing": (b"", "not XML"),
    "cut": (b"<xml><Encrypt>abc", "not XML"),
    "two roots": (b"<xml/><xml/>", "not XML"),
    "entities": (LAUGHS.encode(), "not XML"),
    "external entity": (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>', "not XML"),
    "unknown entity": (b"<xml>&nbsp;</xml>", "not XML"),
    "entities in UTF-16": (LAUGHS.encode("utf-16"), "not UTF-8"),
    "GB18030": ("<xml>烟</xml>".encode("gb18030"), "not UTF-8"),
    "too long": (b"<xml>" + b" " * LIMIT + b"</xml>", "too large"),
    "too deep": (b"<a>" * 30 + b"</a>" * 30, "too deep"),
    "deep as can be": (b"<a>" * 9000 + b"</a>" * 9000, "too deep"),
    "NUL": (b"<xml>\0</xml>", "not XML"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_xml_that_is_refused(case: str) -> None:
    data, reason = BROKEN[case]
    with pytest.raises(Rejected) as caught:
        parse(data)
    assert str(caught.value) == reason


def test_somebody_may_type_a_document_type() -> None:
    typed = "<!DOCTYPE html> &amp; <b>"
    assert value(parse(f"<xml><Content>{cdata(typed)}</Content></xml>".encode()), "Content") == typed


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200))
def test_a_reply_says_exactly_what_was_meant(text: str) -> None:
    root = parse(text_reply("zhangsan", CORP, text, 1).encode())
    meant = text.replace("\ufffe", "").replace("\uffff", "")
    assert (root.findtext("Content") or "") == meant
    assert value(root, "ToUserName") == "zhangsan"
    assert value(root, "FromUserName") == CORP


def test_what_xml_cannot_hold_is_left_out_of_a_reply() -> None:
    root = parse(text_reply("a", CORP, "x\x00\x08]]>\x1by\n", 1).encode())
    assert root.findtext("Content") == "x]]>y\n"
