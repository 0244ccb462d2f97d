"""Every message and event kind of the protocol, as real payloads: with and without CDATA, in any order."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wecom.read import ContactChanged, Unheard, read
from bot.weixin.xmltext import cdata, parse
from store.words import Address, Body, Choice, Datum, File, FileKind, Incoming, Place, Silence, Text

WHO = "<ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[ZhangSan]]></FromUserName>"
HEAD = WHO + "<CreateTime>1790000000</CreateTime>"

SYSTEM = "<FromUserName>sys</FromUserName><CreateTime>1790000000</CreateTime>"


def message(kind: str, own: str, number: str = "7301") -> str:
    return f"<xml>{HEAD}<MsgType><![CDATA[{kind}]]></MsgType>{own}<MsgId>{number}</MsgId><AgentID>1</AgentID></xml>"


def event(name: str, own: str = "", head: str = HEAD) -> str:
    kind = f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>"
    return f"<xml>{head}{kind}{own}<AgentID>1</AgentID></xml>"


def place(lat: str, lon: str) -> str:
    return message("location", f"<Location_X>{lat}</Location_X><Location_Y>{lon}</Location_Y>")


def evidence(kind: FileKind, ref: str, name: str | None = None) -> File:
    return File(str(uuid5(NAMESPACE_URL, "wecom:zhangsan:7301")), kind, ref, name)


def scan(kind: str, result: str) -> str:
    found = f"<ScanType><![CDATA[{kind}]]></ScanType><ScanResult><![CDATA[{result}]]></ScanResult>"
    return f"<EventKey><![CDATA[scan]]></EventKey><ScanCodeInfo>{found}</ScanCodeInfo>"


PICKED = (
    "<EventKey>here</EventKey><SendLocationInfo><Location_X>34.65</Location_X><Location_Y>115.14</Location_Y>"
    "<Scale>15</Scale><Label><![CDATA[民权县人民路]]></Label><Poiname>{}</Poiname></SendLocationInfo>"
)
CARD = (
    "<EventKey><![CDATA[accept]]></EventKey><TaskId><![CDATA[task-1]]></TaskId>"
    "<CardType><![CDATA[multiple_interaction]]></CardType><ResponseCode><![CDATA[rc]]></ResponseCode>"
)
SELECTED = (
    "<SelectedItems><SelectedItem><QuestionKey><![CDATA[q1]]></QuestionKey><{0}Ids><{0}Id><![CDATA[a]]></{0}Id>"
    "<{0}Id><![CDATA[b]]></{0}Id></{0}Ids></SelectedItem><SelectedItem><QuestionKey>q2</QuestionKey><{0}Ids><{0}Id>c"
    "</{0}Id></{0}Ids></SelectedItem></SelectedItems>"
)
SELECTION = (("q1", "a"), ("q1", "b"), ("q2", "c"))

MESSAGES: dict[str, tuple[str, Body]] = {
    "text": (message("text", "<Content><![CDATA[上报]]></Content>"), Text("上报")),
    "text keeps its blanks": (message("text", "<Content><![CDATA[ a\n b ]]></Content>"), Text(" a\n b ")),
    "text without CDATA": (message("text", "<Content>1 &lt; 2 &amp; 3</Content>"), Text("1 < 2 & 3")),
    "text of nothing": (message("text", "<Content></Content>"), Text("")),
    "text over two sections": (message("text", f"<Content>{cdata('x]]>y')}</Content>"), Text("x]]>y")),
    "image": (
        message(
            "image", "<PicUrl><![CDATA[http://p.qpic.cn/a?b=1&c=2]]></PicUrl><MediaId><![CDATA[1G-x_y]]></MediaId>"
        ),
        evidence(FileKind.IMAGE, "1G-x_y"),
    ),
    "voice": (
        message("voice", "<MediaId><![CDATA[v1]]></MediaId><Format><![CDATA[amr]]></Format>"),
        evidence(FileKind.VOICE, "v1", "voice.amr"),
    ),
    "video": (
        message("video", "<MediaId><![CDATA[v2]]></MediaId><ThumbMediaId><![CDATA[t2]]></ThumbMediaId>"),
        evidence(FileKind.VIDEO, "v2"),
    ),
    "location": (
        message(
            "location",
            "<Location_X>34.6494</Location_X><Location_Y>115.1423</Location_Y><Scale>16</Scale>"
            "<Label><![CDATA[民权县人民路12号]]></Label><AppType><![CDATA[wxwork]]></AppType>",
        ),
        Place(34.6494, 115.1423, Datum.GCJ02, label="民权县人民路12号"),
    ),
    "location without a label": (
        message("location", "<Location_Y>-0.5</Location_Y><Label/><Location_X>-1</Location_X>"),
        Place(-1.0, -0.5, Datum.GCJ02),
    ),
    "link": (
        message(
            "link",
            "<Title><![CDATA[举报信息]]></Title><Description>…</Description><Url><![CDATA[https://a.example/?x=1&y=2]]>"
            "</Url><PicUrl>http://p</PicUrl>",
        ),
        Text("举报信息\nhttps://a.example/?x=1&y=2"),
    ),
    "enter_agent": (event("enter_agent", "<EventKey><![CDATA[]]></EventKey>"), Silence()),
    "subscribe": (event("subscribe"), Silence()),
    "unsubscribe": (event("unsubscribe"), Silence()),
    "view": (event("view", "<EventKey>https://a.example/</EventKey>"), Silence()),
    "LOCATION": (
        event("LOCATION", "<Latitude>23.104</Latitude><Longitude>113.320</Longitude><Precision>65.000</Precision>"),
        Place(23.104, 113.32, Datum.WGS84, accuracy=65.0, automatic=True),
    ),
    "click": (event("click", "<EventKey><![CDATA[report]]></EventKey>"), Choice("m|report")),
    "scan of a QR code": (event("scancode_push", scan("qrcode", "https://a,b")), Text("https://a,b")),
    "scan of a bar code": (event("scancode_waitmsg", scan("barcode", "CODE_128,690102")), Text("690102")),
    "photo button": (
        event(
            "pic_photo_or_album",
            "<EventKey>p</EventKey><SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>1b5f</PicMd5Sum></item>"
            "</PicList></SendPicsInfo>",
        ),
        Silence(),
    ),
    "camera button": (event("pic_sysphoto"), Silence()),
    "album button": (event("pic_weixin"), Silence()),
    "picked place": (
        event("location_select", PICKED.format("江山便利店")),
        Place(34.65, 115.14, Datum.GCJ02, None, "江山便利店"),
    ),
    "picked nameless place": (
        event("location_select", PICKED.format("")),
        Place(34.65, 115.14, Datum.GCJ02, None, "民权县人民路"),
    ),
    "card": (event("template_card_event", CARD), Choice("accept")),
    "card with choices": (event("template_card_event", CARD + SELECTED.format("Option")), Choice("accept", SELECTION)),
    "card as once misspelt": (
        event("template_card_event", CARD + SELECTED.format("Opiton")),
        Choice("accept", SELECTION),
    ),
    "card's menu": (event("template_card_menu_event", CARD), Choice("accept")),
}


@pytest.mark.parametrize("case", MESSAGES)
def test_what_members_send(case: str) -> None:
    xml, body = MESSAGES[case]
    heard = read(parse(xml.encode()))
    assert isinstance(heard, Incoming)
    assert heard.body == body
    assert heard.sender == Address("wecom", "zhangsan")


@pytest.mark.parametrize("case", MESSAGES)
def test_order_and_blanks_do_not_matter(case: str) -> None:
    root = parse(MESSAGES[case][0].encode())
    as_it_came = read(root)
    root[:] = list(reversed(root))
    for field in root:
        field.tail = "\n  "
        if field.tag != "Content" and len(field) == 0:
            field.text = f"\n {field.text or ''} "
    assert read(root) == as_it_came


OTHERS: dict[str, tuple[str, ContactChanged | Unheard]] = {
    "new message kind": (message("hologram", ""), Unheard("hologram")),
    "hostile kind": (message("x\ny" * 50, ""), Unheard("unnamed")),
    "no kind": (f"<xml>{HEAD}</xml>", Unheard("unnamed")),
    "no sender": ("<xml><MsgType>text</MsgType><Content>x</Content></xml>", Unheard("text")),
    "new event": (event("brand_new"), Unheard("brand_new")),
    "known and quiet": (event("share_chain_change"), Unheard("share_chain_change", known=True)),
    "job result": (event("batch_job_result", "<BatchJob/>"), Unheard("batch_job_result", known=True)),
    "image without a file": (message("image", ""), Unheard("image")),
    "place nowhere": (
        message("location", "<Location_X>91</Location_X><Location_Y>0</Location_Y>"),
        Unheard("location"),
    ),
    "place in words": (
        message("location", "<Location_X>nan</Location_X><Location_Y>0</Location_Y>"),
        Unheard("location"),
    ),
    "click on nothing": (event("click"), Unheard("click")),
    "scan of nothing": (event("scancode_push"), Unheard("scancode_push")),
    "picked nothing": (event("location_select"), Unheard("location_select")),
    "new member": (
        event(
            "change_contact",
            "<ChangeType>create_user</ChangeType><UserID>Li4</UserID>",
            "<FromUserName>sys</FromUserName>",
        ),
        ContactChanged("Li4"),
    ),
    "member with a new id": (
        event("change_contact", "<ChangeType>update_user</ChangeType><UserID>a</UserID><NewUserID>b</NewUserID>"),
        ContactChanged("b"),
    ),
    "member left": (
        event("change_contact", "<ChangeType>delete_user</ChangeType><UserID>a</UserID>"),
        ContactChanged("a"),
    ),
    "department changed": (
        event("change_contact", "<ChangeType>update_party</ChangeType><Id>2</Id>"),
        Unheard("change_contact", known=True),
    ),
    "nobody changed": (event("change_contact", "<ChangeType>update_user</ChangeType>"), Unheard("change_contact")),
}


@pytest.mark.parametrize("case", OTHERS)
def test_what_the_desk_never_hears(case: str) -> None:
    xml, heard = OTHERS[case]
    assert read(parse(xml.encode())) == heard


def key(xml: str) -> str:
    heard = read(parse(xml.encode()))
    assert isinstance(heard, Incoming)
    return heard.key


def test_a_message_is_known_by_sender_and_number() -> None:
    assert key(message("text", "<Content>x</Content>")) == "zhangsan:7301"


def test_a_retried_event_has_the_same_key() -> None:
    first = event("template_card_event", CARD + SELECTED.format("Option"))
    assert key(first) == key(first.replace("[rc]", "[another]"))
    assert key(event("enter_agent")) == key(event("enter_agent"))


def test_two_things_in_one_second_have_two_keys() -> None:
    seen = [
        event("enter_agent"),
        event("LOCATION", "<Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>65</Precision>"),
        event("click", "<EventKey>report</EventKey>"),
        event("click", "<EventKey>tasks</EventKey>"),
        event("template_card_event", CARD),
        event("template_card_event", CARD.replace("task-1", "task-2")),
        event("template_card_event", CARD + SELECTED.format("Option")),
        event("scancode_push", scan("qrcode", "1")),
        event("scancode_push", scan("qrcode", "2")),
        event("enter_agent").replace("ZhangSan", "LiSi"),
        event("enter_agent").replace("1790000000", "1790000001"),
    ]
    assert len({key(each) for each in seen}) == len(seen)


def test_keys_fit_an_index() -> None:
    assert len(key(event("view", f"<EventKey>https://a/{'x' * 2000}</EventKey>"))) < 200


TAGS = ["MsgType", "Event", "EventKey", "FromUserName", "MsgId", "Content", "MediaId", "Location_X", "SelectedItems"]
WORDS = ["text", "image", "location", "event", "click", "LOCATION", "template_card_event", "change_contact", "sys"]


@given(st.lists(st.tuples(st.sampled_from(TAGS), st.one_of(st.sampled_from(WORDS), st.text("0a-.\n|", max_size=9)))))
def test_nothing_that_is_missing_or_odd_raises(fields: list[tuple[str, str]]) -> None:
    inner = "".join(f"<{tag}>{cdata(text)}</{tag}>" for tag, text in fields)
    assert isinstance(read(parse(f"<xml>{inner}</xml>".encode())), Incoming | ContactChanged | Unheard)
