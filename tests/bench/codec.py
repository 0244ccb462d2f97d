"""The codec of callbacks: one message opened and read, one reply written and sealed, against wechatpy doing the same.

By hand: `python -m tests.bench.codec`.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from timeit import repeat

from sqlalchemy.ext.asyncio import AsyncEngine
from wechatpy.enterprise import parse_message
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.enterprise.replies import TextReply

from bot.commands.bench import Row, table
from bot.wecom.read import read
from bot.weixin.envelope import Envelope
from bot.weixin.xmltext import parse, text_reply, value

_KEYS = ("hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo", "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt", "ww1436e0e65a779aee")
_INNER = (
    "<xml><ToUserName><![CDATA[ww1436e0e65a779aee]]></ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>"
    "<CreateTime>1790000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[上报]]></Content>"
    "<MsgId>7301234567890123456</MsgId><AgentID>1000002</AgentID></xml>"
)
_SAYS = "您看到了什么情况?\n1. 串码\n2. 假烟\n3. 无证经营"
_CALLS, _ROUNDS = 500, 40


async def run(engine: AsyncEngine) -> list[Row]:
    """`measure`; no database is needed."""
    return measure()


def measure() -> list[Row]:
    """Microseconds of processor time for one message and its reply. The fastest round counts: other work only adds."""
    envelope, other = Envelope(*_KEYS), WeChatCrypto(*_KEYS)
    encrypted = envelope.encrypt(_INNER.encode())
    query = {"timestamp": "1790000000", "nonce": "47744683"}
    query["msg_signature"] = envelope.signature(query["timestamp"], query["nonce"], encrypted)
    body = f"<xml><ToUserName>{_KEYS[2]}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()

    def ours() -> str:
        read(parse(envelope.open(query, value(parse(body), "Encrypt"))))
        return envelope.seal(text_reply("zhangsan", _KEYS[2], _SAYS, 1790000000), 1790000000)

    def theirs() -> str:
        plain = other.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        reply = TextReply(content=_SAYS, message=parse_message(plain)).render()
        return str(other.encrypt_message(reply, query["nonce"], query["timestamp"]))

    mine, wechatpy = _microseconds(ours), _microseconds(theirs)
    return [
        Row("callback codec", mine, "µs", mine / wechatpy, "<= 0.5"),
        Row("callback codec of wechatpy", wechatpy, "µs"),
    ]


def _microseconds(work: Callable[[], str]) -> float:
    return min(repeat(work, timer=process_time, number=_CALLS, repeat=_ROUNDS)) / _CALLS * 1e6


if __name__ == "__main__":
    print("\n".join(table(measure())))
