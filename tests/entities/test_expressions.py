"""What each kind reads and what it leaves alone."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from modengine.engine.match.expression import parse, required_literals
from modengine.entities.expressions import expressions
from modengine.entities.model import Entity, EntityKind
from modengine.entities.tables import any_of
from tests.entities.reading import automaton, found, package, undisguised
from tests.expressions import drawn, read_at_once

KINDS = get_args(EntityKind)
READ: dict[str, dict[str, list[str]]] = {
    "amount": {
        "定金三百，尾款500元": ["三百", "500元"],
        "随礼随了两千": ["两千"],
        "配镜花了一千三": ["一千三"],
        "总价:3,999.00元": ["3,999.00元"],
        "三百，来吗": ["三百"],
        "满300减50": ["300", "50"],
        "才九块九包邮": ["九块九"],
        "会议室坐得下三百人": [],
        "三百多米远": [],
        "拍了三张": [],
        "收十个快递，交两份作业": [],
        "三块拼图不见了": [],
        "功率350w": [],
        "今年体重减到一百一了": [],
        "充五百送八十": ["五百", "八十"],
        "拿了1500奖学金": ["1500"],
        "拨打13900001111": [],
        "比分21:19": [],
        "29块9三条": ["29块9"],
        "奶茶12一杯": ["12"],
        "给五张老人头": ["五张老人头"],
        "发烧38.5": [],
        "讲二元方程组": [],
        "毯子咬破了两块": [],
        "左眼三百,右眼四百二": [],
        "常年185左右": [],
    },
    "rate": {
        "发传单一天300": ["一天300"],
        "300/天，日结": ["300/天"],
        "洗车二十五一次": ["二十五一次"],
        "按摩198/60分钟": ["198/60分钟"],
        "月入过万不是梦": ["月入过万"],
        "每万返300": ["每万返300"],
        "港币600一天": ["港币600一天"],
        "半小时6张加我薇信abc12345": ["半小时6张"],
        "一杯奶茶15块": ["一杯奶茶15块"],
        "一上午200": ["一上午200"],
        "插秧每亩两百二": ["每亩两百二"],
        "四张一小时": ["四张一小时"],
        "写稿千字80": ["千字80"],
        "一箱苹果六十": ["一箱苹果六十"],
        "一斤等于十两": [],
        "每天三张照片": [],
        "一天三次，每天8小时": [],
        "一年有365天": [],
        "300元，三天内付清": [],
        "二十一天": [],
        "6月27日": [],
    },
    "percent": {
        "年化8%-12%": ["8%-12%"],
        "百分之六十六点七": ["百分之六十六点七"],
        "手续费让利三个点": ["三个点"],
        "骰子摇出6个点": [],
        "两成左右": ["两成"],
        "下降零点五个百分点": ["零点五个百分点"],
        "打八折": [],
        "一成不变": [],
    },
    "contact": {
        "要的+V": ["+v"],
        "加我薇信 lili_520": ["加我薇信 lili_520"],
        "微信同号": ["微信同号"],
        "扣扣群123456789": ["扣扣群123456789"],
        "扣扣扣，请假半天扣两百": [],
        "飞机找我": ["飞机找我"],
        "abc_889(微)": ["abc_889(微)"],
        "看我主页": ["看我主页"],
        "有意者私聊": ["私聊"],
        "长按识别二维码": ["长按识别二维码"],
        "安装密聊app": ["安装密聊app"],
        "佳薇信详谈": ["佳薇信"],
        "加许老师微信": ["加许老师微信"],
        "投稿请找@示例小助手": ["找@示例小助手"],
        "以前加qq要回答问题": [],
        "有人私信我借钱": [],
        "热线:010-12345678": ["热线:010-12345678"],
        "用微信转账给妈妈": [],
        "坐飞机去": [],
        "扫码支付失败": [],
        "本店不加微信": [],
        "他俩私聊了半天": [],
        "私信太多了": [],
    },
    "link": {
        "看www.example.com/x1吧": ["www.example.com/x1"],
        "example点com": ["example点com"],
        "x1.example.top/q8": ["x1.example.top/q8"],
        "main.py和报告.doc": [],
        "v2.0,3.5,e.g.": [],
        "写信到me@example.com": [],
        "obj.run()": [],
    },
    "phone": {
        "打139-1234-5678": ["139-1234-5678"],
        "幺三八零零一二三四五六": ["幺三八零零一二三四五六"],
        "订单202401011234567": [],
        "10000毫安": [],
    },
    "account_number": {
        "卡6222 0212 3456 7890": ["6222 0212 3456 7890"],
        "尾号为8888的卡": ["尾号为8888"],
        "单号6222021234567890": [],
        "3.1415926535897932": [],
    },
    "code": {
        "验 证 码:4 5 1 9": ["验 证 码:4 5 1 9"],
        "取件码8-2-1234": ["取件码8-2-1234"],
        "验证码:a8k2,五分钟有效": ["验证码:a8k2"],
        "把验证码发我": [],
    },
    "deadline": {
        "请24小时内付款": ["24小时内"],
        "周五前交": ["周五前"],
        "优惠券当天有效": ["当天"],
        "结婚当天下雨": [],
        "一天内走了三万步": [],
        "我马上到": [],
    },
    "sender": {
        "【示例银行】您的账单": ["【示例银行】"],
        "图书馆提醒您:书到期了": ["图书馆提醒您"],
        "我是示例物业的小李": ["我是示例物业"],
        "【求助】谁会修车": [],
        "[示例便利店]订单已出库": ["[示例便利店]"],
        "【第3章】雨夜": [],
        "闹钟提醒:吃药": [],
        "我是认真的": [],
    },
    "person": {"我和他们": ["我", "他们"], "其他人弹吉他": [], "we战队": []},
    "negation": {
        "不要说话,好吗": ["不要说话"],
        "我不同意": ["不同意"],
        "是不是差不多": [],
        "未婚妻来了": [],
    },
    "quotation": {"他说:“走吧”": ["走吧"], '"甲"和"乙"': ['"甲"', '"乙"'], "味道:偏甜": []},
    "question": {"去不去钓鱼": ["去不去钓鱼"], "不管谁来都行": [], "看http://example.com/?a=1": []},
    "imperative": {
        "记得带伞": ["记得带伞"],
        "走吧": ["走吧"],
        "应该是吧": [],
        "必须的": [],
        "快递到了": [],
        "登录失败": [],
        "下载地址已失效": [],
        "关注的博主停更了": [],
    },
}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in READ.items() for text in texts])
def test_what_a_kind_reads(kind: EntityKind, text: str) -> None:
    assert found(Entity(kind), text) == READ[kind][text]


def test_every_kind_has_examples() -> None:
    assert set(READ) == set(KINDS)
    assert all(any(texts.values()) and not all(texts.values()) for texts in READ.values())


@pytest.mark.parametrize("kind", KINDS)
def test_an_automaton_reads_what_the_package_reads(kind: EntityKind) -> None:
    texts = [undisguised(text) for text in READ[kind]]
    for source in expressions(Entity(kind)):
        for text in texts:
            expected = [match.span() for match in package(source).finditer(text) if match.group()]
            assert list(automaton(source).spans(text)) == expected, source


@pytest.mark.parametrize("kind", sorted({*KINDS} - {"quotation"}))
def test_an_expression_runs_only_where_some_text_stands(kind: EntityKind) -> None:
    assert all(required_literals(source) for source in expressions(Entity(kind)))


WORDS = st.lists(st.text("ab]^-[&~|\\.+?( 元", min_size=1, max_size=4), min_size=1, max_size=8)


@given(words=WORDS, text=st.text("ab]^-[&~|\\.+?( 元", max_size=12))
def test_any_of_finds_what_the_words_one_after_the_other_do_the_longest_first(words: list[str], text: str) -> None:
    flat = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    # Where the longest does not fit what follows, the next one does.
    for follows in ("", "(?=b|$)"):
        spans = [[m.span() for m in re.finditer(f"(?:{either}){follows}", text)] for either in (any_of(words), flat)]
        assert spans[0] == spans[1]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_group_by_group_is_what_the_parser_reads_at_once(kind: EntityKind) -> None:
    for source in expressions(Entity(kind)):
        assert drawn(parse(source)) == drawn(read_at_once(source))


def test_options_narrow_what_is_read() -> None:
    assert found(Entity("contact", kinds=("qq",)), "加我薇信 lili_520") == []
    assert found(Entity("link", suffixes=("top",)), "example.com和example.top") == ["example.top"]
    assert found(Entity("link", shortened=True), "example.com和t.cn/abc") == ["t.cn/abc"]
    assert found(Entity("person", who=("third",), number=("plural",)), "我和他们") == ["他们"]
    assert found(Entity("sender", names=("银行",)), "【示例商城】") == []
    assert found(Entity("sender", names=("银行",)), "【示例银行】") == ["【示例银行】"]


@pytest.mark.parametrize("text", ["按 Ctrl+V 粘贴", "Ctrl+Alt+Shift+V", "再按 Shift+Q", "在这里写入 W 就行"])
def test_the_keys_of_a_shortcut_are_no_way_to_be_reached(text: str) -> None:
    assert found(Entity("contact"), text) == []
