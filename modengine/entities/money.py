"""How sums of money, rates and percentages are found: expressions on the undisguised view, made from the tables."""

from __future__ import annotations

from functools import cache

from modengine.entities.numbers import DIGITS_RUN, HAN, NUMBER, PLACES
from modengine.entities.tables import any_of, rows, words

NOT_AFTER = r"(?<![0-9.,:/第\-a-z零〇一二两三四五六七八九几数十百千万亿])"
"""No number begins within another, in a version, a date or a name."""
NOT_BEFORE = r"(?![0-9]|[.:/\-][0-9])"
"""and none ends there."""
ABOUT = "(?:多|来|余|出头|好几)?"
NEARLY = "(?:上|过|超|破|近|约|至少|起码|最低|最高|大概|差不多|将近|接近|不到)?"
_MASKED = r"(?<![a-z0-9*])(?:[x*]{1,6}|某)[元块]"
_RANGE = "(?:[-~—–到至])"
_SHEETS = "大张|张|红票|老人头|毛爷爷"
_GUARDS = {
    "块": r"块(?!去|儿|头|石|地|肉|糖|砖|玻|布|表|蛋|木|煤|田|屏|电|肥|手|饼|面|豆|巧|招|牌|来|走|吃|玩|聊|学|做|看|上|过|住|骑|回|出)",
    "角": r"角(?!落|度|色|逐|斗|膜|质)",
    "毛": r"毛(?!病|巾|衣|利|笔|孔|发|线|毛|坯|豆|肚|重)",
    "刀": r"刀(?!片|具|口|法|锋|子|刃|鱼|客|工|两)",
    "u": r"u(?![a-z0-9])",
    "欧": r"欧(?!洲|美|式|盟|冠|姆|阳)",
    "圆": r"圆(?!形|桌|圈|满|珠|周)",
    "元": r"元(?!旦|宵|首|帅|老|件|素|气|月|年|凶)",
    "铢": "铢",
    "镑": r"镑(?!重)",
    "美元": "美元",
    "张": r"张(?![\u4e00-\u9fff]|[a-z0-9])|张(?=一|每|半|起|包|左右|以上|不|就|你|我|哦|吧|呢|啊)",
}


def _unit(text: str) -> str:
    if text in _GUARDS:
        return _GUARDS[text]
    if text.isascii() and text.isalpha():
        return text + "(?![a-z])"
    return any_of([text])


@cache
def unit_after() -> str:
    """A unit of money behind its number; what is counted in the same word is none."""
    units = sorted((r[0] for r in rows("money.tsv") if r[3] != "before"), key=lambda t: (-len(t), t))
    return "(?:" + "|".join(map(_unit, units)) + ")"


@cache
def _unit_before() -> str:
    return any_of(r[0] for r in rows("money.tsv") if r[3] in ("before", "both"))


@cache
def no_measure() -> str:
    """That no other unit follows a number, nor anything that makes it part of a longer one."""
    measures = any_of(words("measures.txt"))
    return rf"(?!\s?{ABOUT}{measures})(?![0-9%‰°]|[.:/\-][0-9]|[a-z])"


@cache
def _price() -> str:
    return any_of(words("prices.txt"))


@cache
def amount() -> tuple[str, ...]:
    """A sum of money."""
    number = rf"{NOT_AFTER}{NEARLY}(?:{NUMBER})"
    tail = r"(?:[0-9]毛|[0-9一二三四五六七八九](?:毛钱?|角钱?)|[0-9一二三四五六七八九](?![0-9.个百千万亿一-九\u4e00-\u9fff]))?"
    after = rf"{ABOUT}(?:现|大)?\s?(?:{unit_after()})"
    with_unit = (
        rf"{number}{ABOUT}(?:{unit_after()})?{_RANGE}(?:{NUMBER}){after}",
        rf"{number}{ABOUT}\s?(?:块|元)(?:[0-9一二三四五六七八九](?:毛钱?|角钱?)?)(?![0-9.个百千万亿\u4e00-\u9fff])",
        rf"{number}{after}",
    )
    sign = rf"(?<![a-z]){_unit_before()}\s?[:：]?\s?(?:{DIGITS_RUN}(?:个?[百千万亿kw])*{_RANGE})?(?:{NUMBER}){NOT_BEFORE}(?:{unit_after()})?"
    bare = rf"(?:{NUMBER}{_RANGE})?(?:{NUMBER})"
    priced = (
        rf"(?<=(?:{_price()})(?:[了你我他她您:：是为的个约共]|\s){{0,2}}){NEARLY}{bare}{no_measure()}"
    )
    places = rf"(?<!密码是)(?<!密码)(?<!验证码)(?<![0-9]){PLACES}(?!的?(?:密码|验证码|编号|数字|电话|号码|账号|乘|加|减|qq|数))"
    thousands = rf"{NOT_AFTER}(?:{DIGITS_RUN}|[一二两三四五六七八九十几半]{{1,3}})个?[kw]{no_measure()}"
    alone = rf"(?<![^\s，。！？!?,;；、~…:：]){NEARLY}{HAN}*[百千万]{HAN}*(?![^\s，。！？!?,;；、~…])"
    return _MASKED, sign, *with_unit, places, thousands, priced, alone


@cache
def rate() -> tuple[str, ...]:
    """Money for each unit of time, of work or of a sum."""
    units = rows("units.tsv")
    time = any_of(r[0] for r in units if r[3] == "time" and r[0] not in ("h", "月", "年", "日"))
    every = any_of(r[0] for r in units if r[3] == "time")
    piece = any_of(r[0] for r in units if r[3] == "piece")
    pay = any_of(r[0] for r in units if r[3] == "pay")
    count = r"(?:[0-9]{1,2}|[一二两三四五六七八九十]|半)"
    sheets = rf"(?:{_SHEETS})(?!照|票|纸|桌|床|图|嘴|脸|卷|卡)"
    big = rf"(?:{PLACES}|{DIGITS_RUN}个?[百千万亿kw]+[0-9]?|[0-9]{{2,}}(?:\.[0-9]+)?|[0-9]{{1,3}}(?:,[0-9]{{3}})+|{HAN}*[十百千万]{HAN}*(?:个?[kw])?|{HAN}个?[kw])"
    bare = rf"{NEARLY}(?:{big}{_RANGE})?{big}(?:{sheets}|{no_measure()})"
    unit_money = rf"{NEARLY}(?:{NUMBER})(?:{_RANGE}(?:{NUMBER}))?{ABOUT}\s?(?:{sheets}|{unit_after()})"
    sign = rf"[¥$€£]\s?{DIGITS_RUN}(?:个?[百千万kw])?"
    money = rf"(?:{sign}|{unit_money}|{bare})"
    filler = (
        r"(?:能|可以?|可赚|赚|挣|入|收入|收|给|有|就|就能|就有|大概|至少|轻松|稳定|稳|净|纯|都|是|为|:|：|=|的?工资|工钱|薪资|才|只要|只收|只需|也有|保底|最少|最低|最高|平均|,|到手|提成|"
        r"奖励|奖|返|补贴|补|结|发|开|付|费用?|价格?|租金|\s){0,3}"
    )
    per_time = rf"(?:每|一|1|半|{count})\s?个?半?(?:{time})|每(?:日|月|年|h)|一(?:个月|年|晚)|(?:{count})个?月"
    first_time = rf"(?<![0-9第近前后过])(?:{per_time})(?!后|前|内|以内|之内|以后|之前|里花|中)"
    per_piece = rf"(?:每|一|1|{count})\s?(?:{piece})"
    after = (
        rf"\s?(?:(?:[/／]|每|一|1)\s?(?:个)?(?:{every}|{piece})|(?:[/／]|每)?(?:半个?|两|二|三|[0-9]{{1,2}})\s?个?(?:小时|钟头|天|晚|夜|周|月|年)(?!后|前|内|之内|以内|没|了)|包夜|包天|包月|半小时|(?:[/／])(?:h|d|day|hour|month))"
    )
    sums = rf"每(?:百|千|万|[0-9]+万?)(?:元|块)?{filler}{money}"
    return (
            sums,
            rf"(?<![0-9第近前后过])(?:{pay}){filler}(?:{money}|{NEARLY}[百千万]{no_measure()})",
            rf"{first_time}{filler}{money}",
            rf"{NOT_AFTER}{money}{after}",
            rf"(?<![第上下这那哪头])(?:{per_piece}){filler}(?:{sign}|{unit_money}|{bare})",
    )


@cache
def percent() -> tuple[str, ...]:
    """A percentage, or a range of them."""
    number = rf"{NOT_AFTER}{DIGITS_RUN}"
    parts = rf"(?:百|千)分之(?:{DIGITS_RUN}|[零〇一二两三四五六七八九十百几点]+)"
    return (
            rf"{number}[%‰]?(?:{_RANGE}){DIGITS_RUN}[%‰]",
            rf"{number}\s?[%‰]",
            rf"{parts}(?:[到至-](?:{parts}|{DIGITS_RUN}|[一二三四五六七八九十百]+))?",
            r"(?<![0-9一二三四五六七八九十百千万完组构合变促达造现生养做分收年])(?:[1-9一二两三四五六七八九]|[1-9一二三四五六七八九][-到至][1-9一二三四五六七八九])成(?:[1-9一二三四五六七八九半](?![0-9\u4e00-\u9fff]))?"
            r"(?!为|了|立|功|员|长|年|熟|本|都|就|交|绩|果|语|人|型|天|群|双|熟|分|份|新)",
            rf"{NOT_AFTER}(?:{DIGITS_RUN}|[一二两三四五六七八九十]{{1,2}}|几)个(?:百分点|点(?!子|头|儿|名|位|赞|评|半|心))",
    )
