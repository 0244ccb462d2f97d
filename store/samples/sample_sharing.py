"""What the sample world shares: a few rules and training papers, two announcements, three threads, other systems."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape

from sqlalchemy import select

from store import tables
from store.clock.workdays import local_day
from store.db import Tx
from store.sharing import announcements, documents, partners, replies
from store.sharing.extracting import Paper, examine
from store.sharing.partners import Details
from store.sharing.scopes import Scope
from store.staff.offices import person_known
from store.words import Person

_PAPERS: tuple[tuple[str, str, Scope, str], ...] = (
    (
        "rule",
        "卷烟零售市场检查办法",
        Scope(),
        "第一条 检查零售户须两人以上，出示检查证，全程使用执法记录仪。\n"
        "第二条 先核对许可证：持证人、经营地址、有效期三项一致。\n"
        "第三条 核查卷烟喷码。三十二位码分两行，每行十六位；许可证号与本户不符的，按串码登记，拍清两行。\n"
        "第四条 现场拍照不少于三张：门头、柜台、问题物品。\n"
        "第五条 检查结束当日在对话里上报，定位、照片、文字三样齐全。",
    ),
    (
        "rule",
        "真烟外流处置规程",
        Scope(departments=("supervision", "enforcement", "marketing", "logistics")),
        "第一条 接到外流线索，先倒推来源：由喷码查到户、到日期、到线路、到三员。\n"
        "第二条 内管在一个工作日内研判，专卖在三个工作日内核查。\n"
        "第三条 营销核对近三个订货周期：单品牌订货量或均价超过前三期的百分之二百，列为预警。\n"
        "第四条 物流核对送货签收，确认是否本人收货。\n"
        "第五条 查实的，由内管立案转办，并在商户画像中体现。",
    ),
    (
        "training",
        "双中心台账填报要点",
        Scope(),
        "一、线索清单与问题清单相互对应：每条问题都能找到它的线索，每条线索都有去向。\n"
        "二、文字写清时间、地点、人、事、数量，不写推测。\n"
        "三、整改完成须附整改后照片；核定由内管进行，本部门不得自核。\n"
        "四、临近期限未办结的，提前申请延期，不要等到亮红灯。",
    ),
    (
        "notice",
        "内部监督举报受理须知",
        Scope(roles=("supervision_officer", "leader")),
        "涉及内部人员的线索一律由市局内管受理，不得转交被反映人所在部门。\n匿名举报内容只在保险箱内查看，不截图、不转述。",
    ),
)


async def load_sharing(tx: Tx, at: datetime) -> Mapping[str, bytes]:
    """Put it into the books, once; the bytes to be stored, by their SHA-256."""
    author, boss = await person_known(tx, "city-supervision1"), await person_known(tx, "city-leader")
    if author is None or boss is None or (await tx.execute(select(tables.document.c.id).limit(1))).first():
        return {}
    stored: dict[str, bytes] = {}
    first = 0
    for back, (kind, title, scope, text) in enumerate(_PAPERS, start=1):
        paper, data = _docx(title, text)
        stored[paper.sha256] = data
        made = await documents.add(tx, author, kind, title, scope, paper, at - timedelta(days=20 * back))
        first = first or made
    await _announce(tx, boss, author, first, at)
    await _talk(tx, at)
    await _systems(tx, at)
    return stored


async def _announce(tx: Tx, boss: Person, author: Person, paper: int, at: datetime) -> None:
    text = (
        "各县局：即日起至元旦开展卷烟市场联合检查，专卖、营销、物流共同参加，每周不少于两次。\n"
        "检查中发现的问题当日上报，外流线索先核喷码。检查办法见附件，请所有三员在出门前再看一遍。"
    )
    sent = at - timedelta(days=1, hours=3)
    until = at + timedelta(days=30)
    made, people = await announcements.publish(tx, boss, "双节期间市场联合检查安排", text, Scope(), until, paper, sent)
    for turn, one in enumerate(people):
        if turn % 3:
            where = "chat" if turn % 2 else "console"
            await announcements.mark_read(tx, made, one, where, sent + timedelta(minutes=7 * turn))
    text = "本月“其他”类上报占比偏高。上报前请先搜索指标，确实没有的再选“其他”并写清情况。"
    await announcements.publish(tx, author, "请减少“其他”类上报", text, Scope(roles=_FIELD), None, None, at)


_FIELD = ("customer_manager", "market_inspector", "delivery_worker")


async def _systems(tx: Tx, at: datetime) -> None:
    """The three departments' own systems, as an administrator would set them up."""
    admin = await person_known(tx, "city-admin")
    if admin is None:
        return
    for name, icon, host, departments in _SYSTEMS:
        given = Details(
            name, icon, f"https://{host}/login", [f"https://{host}/callback"], Scope(departments=departments)
        )
        await partners.add(tx, admin, given, at)


_SYSTEMS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("营销系统", "shop", "marketing.example.cn", ()),
    ("专卖管理系统", "seal", "enforcement.example.cn", ()),
    ("物流配送系统", "list", "logistics.example.cn", ("logistics", "marketing", "supervision", "leadership")),
)


async def _talk(tx: Tx, at: datetime) -> None:
    for county in ("minquan", "suixian"):
        officer, inspector = await person_known(tx, f"{county}-supervision"), await person_known(tx, f"{county}-mi")
        seller = await person_known(tx, f"{county}-cm")
        if officer is None or inspector is None or seller is None:
            continue
        began, due = at - timedelta(days=2), local_day(at) + timedelta(days=2)
        told = await replies.ask(
            tx,
            officer,
            "人民路沿线夜间送货情况",
            "近期两户反映夜里有人集中收烟。请核实送货时间和签收人，必要时和客户经理一起上门。",
            [inspector, seller],
            began,
            assignee=inspector.id,
            due_on=due,
        )
        await replies.reply(
            tx, seller, told.thread, "上周三送货是老板本人签收，我周四再去看一次。", began + timedelta(hours=5)
        )
    leader, officer = await person_known(tx, "city-leader"), await person_known(tx, "city-supervision1")
    if leader is not None and officer is not None:
        text = "三季度外流排名靠前的两个县，请各出一页原因说明，周五前给我。"
        due = local_day(at) + timedelta(days=4)
        await replies.ask(
            tx, leader, "外流排名原因说明", text, [officer], at - timedelta(hours=20), assignee=officer.id, due_on=due
        )


def _docx(title: str, text: str) -> tuple[Paper, bytes]:
    """A Word file with these lines."""
    lines = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in [title, *text.splitlines()])
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f"{_XML}<w:document {names}><w:body>{lines}</w:body></w:document>",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, part in parts.items():
            pack.writestr(zipfile.ZipInfo(name), part)
    return examine(f"{title}.docx", data.getvalue()), data.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = (
    f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>'
)
_RELATIONS = (
    f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
