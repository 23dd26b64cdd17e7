"""Plain threats stay found, and everyday messages with the same words stay free: all invented."""

from __future__ import annotations

import pytest

from modengine import Engine

ACTS = ("review", "block")
THREATS = (
    "你全家都得死", "再不还钱我要你命", "打到你住院", "我认得你，等着", "别再告了，小心你女儿", "带刀来找你",
    "我拎菜刀上你公司", "我弟提着刀去你家等你", "等我死了，第一个弄死你", "今晚打雷，正好弄死你", "我要把你剁了",
    "给你一闷棍", "把他装麻袋沉了", "你等着家破人亡吧", "我先送你走", "你们活不过今晚", "给我把他拖出来打断腿",
    "见到带头的就打", "他骂我，我今晚就捅了他", "我知道你住几号楼，走着瞧",
)  # fmt: skip
EVERYDAY = (
    "连你一起打九折", "连你家的垃圾一起烧", "谁跟我借的铁锤，还我", "打到他们投降认输", "宫斗剧你活不过两集",
    "小心你家人被骗", "等我死了你们来收尸是吧", "下月初三是你姥爷的忌日", "雪大，你把铁锹给你爸送去",
    "空酒瓶留着，你妈要装酱油", "小心烫，你奶奶刚端上来的", "我爸拿锄头站在门口不让他们进", "请假一天扣三百，白干",
    "保安见人就打，打得老人起不来", "你必须死死按住锅盖",
)  # fmt: skip


@pytest.mark.parametrize("text", THREATS)
def test_a_plain_threat_is_reviewed(text: str, engine: Engine) -> None:
    assert engine.decide(text, ignore_scope=True).action in ACTS


@pytest.mark.parametrize("text", EVERYDAY)
def test_an_everyday_message_is_not(text: str, engine: Engine) -> None:
    assert engine.decide(text, ignore_scope=True).action not in ACTS
