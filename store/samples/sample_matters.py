"""What the sample's entries are about, and the ways they go. Nobody and nothing in it is real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that is seen again and again: `post` is who works on it, by the end of their userid."""

    indicator: str
    post: str
    texts: tuple[str, ...]
    opinion: str
    cause: str
    result: str
    measures: str
    verdict: str = "情况属实，责令限期整改"


MATTERS: tuple[Matter, ...] = (
    Matter(
        "W10202",
        "mi",
        ("柜台下查到 6 条外地码卷烟", "整箱喷码不是本店的", "店内有别人家的码，店主说是亲戚放的"),
        "喷码与订单不符，转专卖现场核实",
        "从邻县亲戚处调货",
        "现场清点 6 条，先行登记保存",
        "串码卷烟已处理，店主书面承诺",
    ),
    Matter(
        "W10101",
        "mi",
        ("路边摊卖烟，没有许可证", "小卖部证件已注销仍在卖烟", "快递点货架上摆着散烟"),
        "涉嫌无证经营，转专卖查处",
        "租客接手后未办证",
        "已责令停止销售，登记卷烟 14 条",
        "已停止经营，引导其申请办证",
    ),
    Matter(
        "W10301",
        "mi",
        ("烟丝发黑，包装印刷模糊，疑似假烟", "顾客反映买到假中华"),
        "疑似假烟，取样送检",
        "从流动商贩处低价购入",
        "送检确认为假冒注册商标卷烟 3 条",
        "假烟已没收，店主接受处罚",
        "属实，移交案件科立案",
    ),
    Matter(
        "W10601",
        "mi",
        ("校门口小店把烟卖给穿校服的学生", "放学时段向学生拆包卖散烟"),
        "涉及未成年人，优先核查",
        "店员未查验身份证",
        "监控核实一次，已当场教育",
        "已张贴标志并建立查验登记本",
    ),
    Matter(
        "W10602",
        "mi",
        ("收银台没有不向未成年人售烟的标志",),
        "标志缺失，限期补贴",
        "装修后忘记重新张贴",
        "现场核实，标志确实缺失",
        "标志已张贴在醒目位置",
    ),
    Matter(
        "W10402",
        "mi",
        ("外省协查函：查获本县喷码卷烟 48 条", "省外查获卷烟 32 位码指向该户"),
        "真烟外流，倒查订单与物流",
        "委托他人代卖紧俏品牌",
        "店内库存与订单相差 52 条，店主承认转卖",
        "停供三个周期，调低档位",
        "外流属实，列入重点监管",
    ),
    Matter(
        "W20306",
        "cm",
        ("软包按高出标价 20 元卖", "紧俏烟加价卖，不给开小票", "节前把细支涨价卖"),
        "价格异常，请营销走访",
        "货源紧，跟着旁边店涨价",
        "抽查三个品规均高于标价",
        "已恢复明码实价，签订诚信承诺",
    ),
    Matter(
        "W20307",
        "cm",
        ("货架没有价签", "半数品规没有明码标价"),
        "标价不规范，营销指导",
        "价签脱落未补",
        "现场清点缺 11 个价签",
        "价签已全部补齐",
        "属实，现场指导即可",
    ),
    Matter(
        "W20305",
        "cm",
        ("整条低价甩卖，比批发价还低",),
        "疑似资金周转甩卖，核实来源",
        "急于回款",
        "近两周低价出货 30 余条",
        "已停止低价销售，合理调整订货",
    ),
    Matter(
        "W20205",
        "cm",
        ("店门锁了一个多月，系统里还在订货", "歇业户本周期仍有订单"),
        "停业仍订货，核实收货人",
        "家人代订后拉到别处卖",
        "实地门店关闭，订单由亲属签收",
        "已办理停业，暂停其订货",
    ),
    Matter(
        "W20309",
        "dw",
        ("送货刚走就有面包车把烟拉走", "送货后半小时货架仍是空的"),
        "疑似送货后转移，请物流复核线路",
        "邻村商户集中收烟",
        "线路监控与签收时间吻合，车辆已记录",
        "调整送货时段，送货员当面点验上架",
    ),
)

OTHERS: tuple[tuple[str, ...], ...] = (
    (
        "扫码枪坏了一直手工记账",
        "店里扫码枪坏了，手工记账一个月",
        "扫码设备坏了，只能手工记账",
        "扫码枪损坏未修，手工记账",
    ),
    ("收款码贴的是隔壁店的", "收款二维码是隔壁超市的", "店里收款码是隔壁店铺的"),
    ("店招和许可证上的名字不一样", "门头店招与许可证名称不一样", "招牌名字和许可证不一样"),
    ("把烟放在冷柜里受潮", "烟放冷柜旁受潮发软"),
    ("门口堆放纸箱挡住消防通道",),
)
"""What people saw that the library had no code for; the first groups recur."""

OTHER = Matter(
    "W20999",
    "cm",
    (),
    "不在现有指标内，先核实情况",
    "店主图省事",
    "现场核实，情况与反映一致",
    "已当场整改",
    "属实，建议纳入指标库",
)

INTERNAL: tuple[Matter, ...] = (
    Matter(
        "N20302",
        "enforcement-head",
        ("检查记录连续三周内容完全相同",),
        "检查记录疑似补录，市局直接核查",
        "为完成检查频次",
        "调取轨迹，三次检查只有一次到户",
        "重新补查并通报",
        "属实，按制度处理",
    ),
    Matter(
        "N20109",
        "marketing-head",
        ("走访照片重复使用，疑似没有到户",),
        "走访真实性存疑，调取定位",
        "走访任务集中在月底",
        "抽查十户，四户无到店轨迹",
        "补走访并修订考核办法",
        "属实，通报批评",
    ),
)

Step = tuple[float, str, str]
"""Working hours after the step before, verb, and who: see `sample_entries._who`."""

_WORK: tuple[Step, ...] = ((3, "receive", "worker"), (9, "note", "worker"), (14, "feedback", "worker"))
_RECTIFIED: tuple[Step, ...] = ((7, "verify", "desk"), (20, "rectified", "worker"), (7, "confirm", "desk"))
_ACCEPTED: tuple[Step, ...] = ((5, "accept", "desk"),)
_AGAIN: tuple[Step, ...] = ((6, "return", "desk"), (12, "feedback", "worker"), (6, "verify_closed", "desk"))

WAYS: Mapping[str, tuple[Step, ...]] = MappingProxyType(
    {
        "whole": (*_ACCEPTED, *_WORK, *_RECTIFIED),
        "closed": (*_ACCEPTED, (2, "receive", "worker"), (12, "feedback", "worker"), (6, "verify_closed", "desk")),
        "unfounded": (*_ACCEPTED, (2, "receive", "worker"), (10, "feedback", "worker"), (8, "rule_unfounded", "desk")),
        "dismissed": ((6, "dismiss", "desk"),),
        "transferred": ((7, "transfer_out", "desk"),),
        "supplied": ((3, "ask_info", "desk"), (8, "supply", "reporter"), *_ACCEPTED, *_WORK, *_RECTIFIED),
        "escalated": ((4, "escalate", "desk"), (6, "accept", "city"), *_WORK, (9, "verify_closed", "city")),
        "sent_back": ((4, "escalate", "desk"), (5, "send_back", "city"), *_ACCEPTED, *_WORK, *_RECTIFIED),
        "returned": (*_ACCEPTED, *_WORK, *_AGAIN),
        "more_time": (*_ACCEPTED, (2, "receive", "worker"), (24, "extend", "worker"), *_WORK[1:], *_RECTIFIED),
        "declined": (*_ACCEPTED, (3, "decline", "worker"), (4, "reassign", "desk"), *_WORK, *_RECTIFIED),
        "watched": (*_ACCEPTED, *_WORK[:2], (6, "instruct", "leader"), (5, "reply", "worker"), *_WORK[2:], *_RECTIFIED),
        "rests": (*_ACCEPTED, (3, "receive", "worker"), (9, "suspend", "desk"), (6, "grant", "city")),
        # Where somebody left it lying: these end late.
        "unread": (),
        "for_city": ((4, "escalate", "desk"),),
        "asks_rest": (*_ACCEPTED, (3, "receive", "worker"), (9, "suspend", "desk")),
        "asked": ((4, "ask_info", "desk"),),
        "unreceived": _ACCEPTED,
        "unworked": (*_ACCEPTED, *_WORK[:2]),
        "pressed": (*_ACCEPTED, *_WORK[:2], (44, "nudge", "leader")),
        "unjudged": (*_ACCEPTED, *_WORK),
        "unmended": (*_ACCEPTED, *_WORK, *_RECTIFIED[:1]),
        "unchecked": (*_ACCEPTED, *_WORK, *_RECTIFIED[:2]),
    }
)
"""What happens to an entry after it was reported, one step after the other, as far as there was time for it."""

LEFT = (
    "for_city",
    "asked",
    "unreceived",
    "unworked",
    "asks_rest",
    "unread",
    "pressed",
    "unjudged",
    "unmended",
    "unchecked",
)
OFTEN: Mapping[str, int] = MappingProxyType(
    {"whole": 24, "closed": 16, "unfounded": 7, "dismissed": 18, "transferred": 5, "supplied": 4, "escalated": 4}
    | {"sent_back": 2, "returned": 5, "more_time": 5, "declined": 3, "watched": 3, "rests": 4}
)
"""How often each way is gone, of a hundred."""

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "dismiss": "与上月已办结线索重复，不再处理",
        "transfer_out": "涉及食品安全，移送市场监管部门",
        "ask_info": "请补充店内照片和具体时间",
        "escalate": "涉及两个县，请市局统一研判",
        "send_back": "情况清楚，由县局先行核查",
        "return": "货源去向没有查清，请补充核查",
        "extend": "店主外出未归，约定下周到店",
        "decline": "不在本人片区，请改派",
        "reassign": "改由部门负责人办理",
        "suspend": "等待公安机关鉴定结论",
        "instruct": "此户要盯紧，查清上游货源",
        "reply": "已按要求核查，上游线索同步移交",
        "rule_unfounded": "现场与系统核对，未发现异常",
        "note": "已到店走访，正在核对进销存",
        "supply": "补充：现场照片，时间为上午十点左右",
    }
)
"""What people write with a verb."""
