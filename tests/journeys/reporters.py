"""Members who report on and on, whatever happens to the service: they read each answer and say what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.doors.test_pictures import photo
from tests.journeys.town import SHOP, Members, number_in

REPORTERS = ("mq-cm", "mq-mi", "mq-dw", "sx-cm", "sx-mi", "sx-dw", "sq-yx")

_SAYS: Mapping[str, str] = {
    # what stands in the answer -> what is said next; the first that fits
    "另报一条": "另报一条",
    "请核对": "提交",
    "请发现场照片": "完成",
    "请发您现在的位置": "完成",
    "要上报这件事吗": "1",
    "是哪家店": "1",
    "是哪一个": "1",
    "属于哪类问题": "串码",
    "什么时候看到的": "刚刚",
    "特别关注吗": "不需要",
}


@dataclass(slots=True)
class Reporter:
    """`filed` is what they were told: the number of each thing that they reported, by its words."""

    members: Members
    who: str
    filed: dict[str, str] = field(default_factory=dict)

    async def report(self) -> None:
        """One thing seen, with a photo and a place, from the first message to the number."""
        words = f"{self.who} 看到的第 {len(self.filed) + 1} 件事"
        members, who = self.members, self.who
        await members.photographs(who, photo((64 + len(self.filed), 64)))
        await members.says(who, words)
        answer = await members.stands_at(who, *SHOP)
        for _ in range(12):
            if "编号" in answer and "谢谢" in answer:
                self.filed[words] = number_in(answer)
                return
            say = next((say for part, say in _SAYS.items() if part in answer), None)
            assert say is not None, answer
            answer = await members.says(who, say)
        raise AssertionError(answer)


def filed_once(clues: list[Mapping[str, object]], reporters: list[Reporter]) -> None:
    """Everything that was reported is there once, under the number that its reporter was told, and nothing else."""
    told = {(one.who, words): number for one in reporters for words, number in one.filed.items()}
    assert {(clue["reporter"], clue["text"]): clue["number"] for clue in clues} == told
    assert len(clues) == len(told)
