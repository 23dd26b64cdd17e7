"""How sums of money, rates and percentages are found: expressions on the undisguised view, made from the tables."""

from __future__ import annotations

from functools import cache

from modengine.entities.numbers import DIGITS_RUN, HAN, NUMBER, PLACES
from modengine.entities.phrases import any_phrase
from modengine.entities.tables import any_of, rows, words

_NUMERALS = "零〇一二两三四五六七八九几数十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
BEGINS = rf"(?<![0-9][.,:/\-])(?<![0-9.第a-z_{_NUMERALS}])"
"""No number begins within another, in a version, a date or a name."""
_ENDS = r"(?![0-9%‰°*]|[.:/\-][0-9]|\.[a-z])"
"""and none ends there."""
ABOUT = "(?:多|来|余|出头)?"
NEARLY = "(?:好|小|上|过|超|破|近|约|至少|起码|最低|最高|大概|差不多|将近|接近|不到)?"
_RANGE = "(?:[-~—–到至])"
_SPACED = r"[01-9](?:\s[0-9]){1,6}"
_DIGIT = "[一二两三四五六七八九]"
_STOP = r"(?=[了吧呢啊呀哦嘛]{0,2}\s*(?:$|[^\s\u4e00-\u9fffa-z0-9]))"
"""The end of a clause."""
_CLAUSE = r"[^\s,。!?;、]"


def _big() -> str:
    """A number that can stand for a sum without its unit: two digits or more, or with a scale."""
    digits = r"[12-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?|[12-9][0-9]{1,6}(?:\.[0-9]{1,2})?|[0-9]\.[0-9]{1,2}"
    scaled = rf"{DIGITS_RUN}个?[百千万亿kw]+(?:[0-9一二三四五六七八九](?![0-9]))?"
    first = rf"(?![百千万亿佰仟]){HAN}{{1,6}}[十拾百千万亿佰仟]|十|(?<=[上过超破近])[百千万亿]"
    han = rf"(?:{first}){HAN}{{0,8}}(?:来[万亿]|个?[kw])?"
    return rf"(?:{PLACES}|{scaled}|{digits}|{han}|{HAN}个?[kw])"


_SPOKEN = rf"(?:十?{_DIGIT}|{_DIGIT}?十{_DIGIT}?|[0-9]{{1,3}})[百千万]{_DIGIT}[百千]?"
"""三百五, 一万二, 十八万八: said of money more than of anything else."""


@cache
def _units() -> str:
    """A unit of money behind its number; what is counted in the same word is none."""
    after = any_phrase("aftermoney")
    follows = rf"(?=钱|{after}|{_DIGIT}|[0-9]|[^\u4e00-\u9fff]|$)"
    small = "[0-9一二两三四五六七八九几]"
    whole = rf"(?<!{any_phrase('beforepieces')}了?好?{small})"
    whole += rf"(?<!{any_phrase('blocks')}[^\s,。!?花付收卖要价给]{{0,4}}{small})"
    paid = rf"(?<={any_phrase('sheetverbs')}[了你我他她过]{{0,2}}[一二两三四五六七八九0-9十]{{1,3}})"
    first = rf"(?<![^\s,。!?:;~大{_NUMERALS}0-9][{_NUMERALS}0-9]{{1,3}})(?<!大)"
    guarded = {
        "块": rf"(?:(?=块(?:[钱每0-9]|(?!三明|五花|大){_DIGIT}))|{whole})"
        rf"(?:(?<=[0-9十百千万亿kw多来余]|[十百千万][一二三四五六七八九])块(?!{any_phrase('pieces')})"
        rf"|(?<![0-9十百千万亿kw多来余一])块{follows}|(?<=一)块(?=[每多都五二三四六七八九起]|一(?!块))|(?<=(?:{any_phrase('paying')}|[加要才只])一)块{_STOP})",
        "角": r"(?<=[0-9])角(?![落度色逐斗膜质星形])",
        "毛": rf"毛(?=[每就以你我他她够行也还多左起能{_NUMERALS.replace('一', '')}]|[一都不][^样没拔]|{_STOP[3:-1]})",
        "刀": r"(?<=[0-9十百千万kw]\s?)刀(?!万剐|[片具口法锋子刃鱼客工两])",
        "欧": r"(?:欧|镑)(?![洲美式盟冠姆阳重])",
        "圆": r"(?<=[0-9百千万拾佰仟])圆(?![形桌圈满珠周])",
        "大洋": "(?<![四五七])大洋",
        "元": r"元(?![旦宵首帅老件素气年凶论函户桥店化]|里(?:[\s,。!?]|$)|机(?:[^票]|$)"
        r"|[一二]次(?:方|函|不)|方程|宇宙)",
        "张": rf"(?<!{any_phrase('notsheet')}{_CLAUSE}{{0,6}})(?<!一)(?<![这那][一二两三四五六七八九几])"
        rf"(?:张(?=[介检服押定红工]|{any_phrase('aftersheets')})|{first}张{_STOP})"
        rf"|{paid}张(?={_RANGE}|{any_phrase('aftersheets')}|{_STOP[3:-1]})|张(?:老人头|毛爷爷|红票)",
        "红": rf"红(?=的?{_STOP[3:-1]})",
        "r": r"(?<=[0-9])r(?![a-z0-9]|/(?:min|m|s))",
        "u": r"u(?![a-z0-9])",
    }
    rest = [row[0] for row in rows("money.tsv") if row[3] != "before" and row[0] not in guarded and row[0] != "镑"]
    latin = any_of(text for text in rest if text.isascii())
    return f"(?:{any_of(text for text in rest if not text.isascii())}|{latin}(?![a-z])|{'|'.join(guarded.values())})"


@cache
def _signs() -> str:
    return any_of(row[0] for row in rows("money.tsv") if row[3] in ("before", "both"))


@cache
def _no_measure() -> str:
    """That no other unit follows a number, nor anything that makes it part of a longer one."""
    longer = (
        r"(?![多余来][百千万亿]|一[十百千万二三四五六七八九])(?!\s?[a-z]|\s[0-9]{4}|[+百千万亿两二三四五六七八九十])"
    )
    counted = rf"(?!\s?{ABOUT}{any_of(words('measures.txt'))})"
    return rf"(?:(?={any_phrase('spared')})|{counted}){_ENDS}{longer}(?:(?<!十)|(?!一))"


_TAIL = rf"(?:(?<=[块元])(?:[0-9](?![0-9.])|{_DIGIT}(?![{_NUMERALS.replace('一', '')}]))(?:[毛角]钱?)?)"
"""五 of 三块五, 5毛 of 3块5毛."""


def _with_unit() -> str:
    """A number with a unit of money behind it."""
    tail = rf"(?:{_TAIL}(?:(?={any_phrase('spared')})|(?!{any_of(words('measures.txt'))})){_ENDS}(?![a-z百千万亿]))?"
    return rf"{NEARLY}(?:{NUMBER}|{_SPACED}|[百千万]把){ABOUT}[个大现]?\s?{_units()}{tail}"


@cache
def amount() -> tuple[str, ...]:
    """A sum of money."""
    big, after = _big(), any_phrase("aftermoney")
    ended = rf"(?={after}|[^\u4e00-\u9fffa-z0-9+]|$)"
    money = rf"{NEARLY}(?:(?:{big}|[0-9]{{1,2}}){_RANGE})?{big}{ABOUT}"
    helped = r"[了掉走到出我你他她您们过的个上满:要才只就约共去回成\s]{0,3}"
    much = (
        rf"(?!20[0-3][1-9](?![0-9]))(?:[12-9][0-9]{{2,6}}|[12-9][0-9]?,[0-9]{{3}}|[12-9][0-9]{{0,5}}0"
        rf"|{DIGITS_RUN}[百千万kw][0-9]?|(?![百千万亿]){HAN}+[百千万佰仟]{HAN}*|(?<=[上过超破近])[百千万亿]"
        r"|[0-9]+\.[0-9]{1,2})"
    )
    plain = "(?:[几数十好]|十?[一二两三四五六七八九壹贰叁肆伍陆柒捌玖]{1,2})十?[百千万佰仟]+"
    fool = "(?:(?<![个是当像])|(?!二百五))"
    alone = rf"{fool}(?:{_SPOKEN}|{plain}){ABOUT}"
    measured = rf"(?<!{any_phrase('bodies')}{_CLAUSE}{{0,8}})"
    dear = (
        r"(?:[12-9][0-9]{1,5}(?:\.[0-9]{1,2})?|[0-9]\.[0-9]{1,2}"
        rf"|{_DIGIT}?十{_DIGIT}?|{_SPOKEN}|{plain}|[0-9.]+[万千])"
    )
    pieces = "[一两三四五六整半每](?:[份只杯碗套瓶盒斤件位双条辆台束盆桶箱袋把顿趟场晚夜桌]|个人)"
    spaced_sum = rf"(?:[0-9](?:\s[0-9]){{1,6}}|{HAN}(?:\s{HAN}){{1,5}})"
    return (
        r"(?<![a-z0-9*])(?:[x*]{1,6}|某)[元块]",
        rf"(?<![a-z]){_signs()}\s?:?\s?(?:{_SPACED}(?![0-9])|(?:{DIGITS_RUN}(?:个?[百千万亿kw])*{_RANGE})?(?:{NUMBER}){_ENDS}{_units()}?)",
        rf"{BEGINS}(?:(?:{NUMBER}){ABOUT}{_units()}?{_RANGE})?{_with_unit()}",
        rf"{BEGINS}{spaced_sum}\s?(?:元|块钱?)(?!店)",
        rf"(?<!密码是?)(?<!验证码)(?<![0-9后]){PLACES}(?!字|的?(?:密码|验证码|编号|数字|电话|号码|账号|房号|门牌|分机|乘|加|减|qq|数))",
        rf"{measured}(?<!{any_phrase('power')}.{{0,4}}){BEGINS}"
        rf"(?![0-9]{{5}})(?!(?:[248]|1[048]|2[24])k(?:[\u4e00-\u9fff]|$|\s))"
        rf"(?:{DIGITS_RUN}|{HAN}{{1,3}}|半)个?[kw](?:[0-9](?![0-9]))?{_no_measure()}"
        rf"(?!的?{any_phrase('readers', 'power')}|.?跑)"
        rf"|(?<=(?:{any_phrase('paying')}|{any_of(words('prices.txt'))}){helped})[1248][048]?k{_no_measure()}{ended}"
        rf"|{BEGINS}(?<![^\s,。!?:])[248]k(?=不|包|出|带|拿|收|可|一口价|左右|以内|以下)",
        rf"(?<={any_of(words('prices.txt'))}[是在为有共:,要约近得才达逾望]{{0,2}}(?:还有|还剩|只剩|只有|还差)?{helped})(?:{money}{_no_measure()})",
        rf"(?<!{any_phrase('bodies')}{_CLAUSE}{{0,4}})(?<={any_phrase('paying')}{helped})(?<!假一赔)(?<![0-9]转)(?!20[0-3][1-9](?![0-9]))(?:{money}{_no_measure()}{ended}|{NEARLY}{much}{ABOUT}{_no_measure()})",
        rf"{measured}(?<={any_phrase('taking', 'services')}{helped}){fool}{NEARLY}{much}{ABOUT}{_no_measure()}{ended}",
        rf"{measured}(?<={any_phrase('paying', 'taking')}[\u4e00-\u9fff]{{1,5}})"
        rf"{BEGINS}{NEARLY}(?:{alone}|[12-9][0-9]{{1,4}}0){_STOP}",
        rf"{measured}(?<=(?:{any_phrase('services')}|{pieces}|买[\u4e00-\u9fff]{{1,2}})[了要才就:]?){BEGINS}{dear}(?:{_STOP}|(?=起))",
        rf"{measured}(?<![开住在考念元]){BEGINS}{NEARLY}{fool}{_SPOKEN}(?:{ABOUT}{_STOP}|(?={any_phrase('afterround')}))",
        rf"(?<![^\s,。!?;、~…:]){NEARLY}{alone}(?:{_STOP}|(?={any_phrase('afterround')}))",
        rf"{measured}(?<=(?:[两三四五六七八九十]斤|一[罐瓶盒包条斤箱袋桶套份双件台束盆本杯碗只把顿颗趟辆间根支副块张])[\u4e00-\u9fff]{{1,4}}){BEGINS}(?:{alone}|{dear}){_STOP}",
        rf"{BEGINS}(?:{HAN}*[百千]{HAN}*[九八](?=的)|{alone}(?=(?:以内|以下|左右|起步|不等|包邮|现金|全包|封顶|带走)(?!的人)))",
        rf"{measured}(?<!双){BEGINS}(?!十(?![一二两三四五六七八九百千万])){big}(?=的?{any_phrase('moneynouns')}|{any_phrase('deals')}|[出入]{_STOP[3:-1]})"
        rf"|{BEGINS}{big}{_no_measure()}(?=的?(?![免浪消])[\u4e00-\u9fff]{{1,2}}费)",
        rf"{measured}{BEGINS}(?!20[0-3])(?:{_SPOKEN}|{plain}|[12-9][0-9]{{1,4}}(?:\.[0-9]{{1,2}})?)(?=一[套只个件斤位晚天次把张双瓶盒场桌月年台辆幅份单箱笼杯碗袋包条本节课局平米亩吨])",
        rf"(?<={any_of(words('prices.txt'))}){_SPACED}(?=[,。!?]|$)",
        rf"(?<=[充存满](?:[0-9]{{1,5}}|[一二两三四五六七八九十百千万]{{1,4}})[元块]?[送返减赠立]减?)(?:[01-9][0-9]*(?:\.[0-9]+)?|十|[一二两三四五六七八九十百千万]{{2,5}}){_no_measure()}{ended}",
        rf"(?<=从){money}(?=一路|直接|[砍降涨讲谈杀压跌炒还]){_no_measure()}"
        rf"|(?<=[把将]){money}{_no_measure()}(?=[打转交还给存汇寄退垫])",
    )


@cache
def rate() -> tuple[str, ...]:
    """Money for each unit of time, of work or of a sum."""
    units = rows("units.tsv")
    time = any_of(r[0] for r in units if r[3] == "time" and r[0] not in ("h", "月", "年", "日"))
    every = any_of(r[0] for r in units if r[3] == "time")
    piece, counted = (any_of(r[0] for r in units if r[3] == form) for form in ("piece", "counted"))
    pay = "(?:" + "|".join(r"\s?".join(r[0]) for r in units if r[3] == "pay") + ")"
    count = r"(?:[0-9]{1,2}|[一二两三四五六七八九十壹贰叁]|半)"
    big = rf"(?:{_big()}|{_SPACED})"
    sheets = "(?:大张|张|红票|老人头|毛爷爷)(?![照票纸桌床图嘴脸卷卡])"
    sign = rf"{_signs()}\s?{DIGITS_RUN}(?:个?[百千万kw])*"
    bare = rf"{NEARLY}(?:(?:{big}|[0-9]{{1,2}}){_RANGE})?{big}{ABOUT}(?:{sheets}|{_no_measure()})"
    closed = rf"{bare}(?={any_phrase('aftermoney')}|[^\u4e00-\u9fffa-z0-9+]|$)"
    with_unit = rf"(?:{NEARLY}(?:{NUMBER}){_RANGE})?{_with_unit()}"
    tens = (
        rf"{NEARLY}(?:{NUMBER}{_RANGE})?(?![一1]张){NUMBER}{ABOUT}(?:红票|老人头|毛爷爷|大?张(?!.{{"
        rf"0,2}}{any_phrase('notsheet')}))"
    )
    money = rf"(?:{sign}|{with_unit}|{closed})"
    before = rf"(?:{bare}|{big}\+|{big}(?=/[0-9]{{1,2}}\s?(?:分钟|小时|天|次)))"
    filler = rf"(?:{any_phrase('withmoney')}|的?[\u4e00-\u9fff]{{1,2}}[费租薪款资金价贷]|\s){{0,3}}"
    near = f"{any_phrase('withmoney')}?"
    no_order = "(?<![第上下这那哪])(?<![^人]头)"
    no_point = "(?!后|前|内|以内|之内|以后|之前|里花|中|期|间|来|多(?![赚挣给收拿得]))"
    first = rf"(?<![0-9第近前后过周期])(?:[每毎]|{count})\s?个?半?{time}|[每毎](?:日|个?月|年|h)|[一半]年|{count}个月"
    no_other = rf"(?![/一每]\s?个?{every})"
    goods = "[笼窝斤瓶盒包杯碗份张件双条只箱袋桶支根串台套本颗束壶盘顿桌把盆罐筐棵]"
    parts = "(?:半个?|(?<!十)[两二三四五六七八九]|(?<![0-9])[0-9]{1,2})"
    after = (
        rf"\s?(?:(?:/|每|(?<!十)一|(?<![0-9])1)\s?个?(?:{every}|{piece})|[/每]?{parts}\s?个?(?:小时|钟头|分钟|天|晚|夜|周|月|年){no_point}(?![没了])"
        r"|包[夜天月]|半小时|/(?:h|d|day|hour|month))"
    )
    return (
        rf"(?:[每毎][充满存投]?(?:百|千|万|[0-9]+万?)[元块字次]?(?:播放|阅读|曝光|点击)?|(?<!{HAN})[一1][百千万](?=返|给)){filler}{money}",
        rf"(?<![0-9第近前过]){pay}{filler}(?:{sign}|{tens}|{with_unit})",
        rf"(?<![0-9第近前过]){pay}{filler}(?:{bare}|{big}\+|{NEARLY}[百千万]+{_no_measure()})",
        rf"(?:{first}){no_point}{filler}(?:{sign}|{with_unit}|{tens})",
        rf"(?:{first}){no_point}{filler}{closed}",
        rf"(?:{BEGINS}|(?<=[a-z])(?={_signs()}))(?:{sign}|{with_unit}){after}",
        rf"{BEGINS}{before}{after}",
        rf"(?:{BEGINS}|(?<=[a-z])(?={_signs()}))(?:{sign}|{with_unit})(?:[/每一1]{counted}|{count}[斤个双条件瓶盒包张份次串碗杯只本](?!人|月|小时|邮))",
        rf"{no_order}[每毎一1]\s?个?(?:{piece}|{counted}){filler}(?:{sign}|{with_unit}){no_other}",
        rf"{no_order}[每毎一1]\s?个?{piece}{filler}{closed}{no_other}",
        rf"{no_order}[每毎一1]\s?个?(?:{counted}|{piece}){near}{_SPOKEN}{_STOP}",
        rf"[每毎一][车吨亩棵株筐笼窝]{near}[一二两三四五六七八九1-9]{{1,2}}[百千万0]{{1,2}}{_STOP}",
        rf"[每毎]\s?{counted}[\u4e00-\u9fff]{{1,2}}[费租款价]{closed}",
        rf"(?:{count}|十)斤{near}(?:{closed}|{with_unit})",
        rf"{no_order}一[斤瓶盒包杯碗份箱袋桶串盘罐场][\u4e00-\u9fff]{{1,4}}(?<!{HAN})(?:{_big()})(?<!两){_STOP}",
        rf"{BEGINS}{tens}(?:[/每]|一)个?(?:小时|钟头?|晚|夜|天|次)",
        rf"{no_order}{count}\s?{piece}{filler}(?:{sign}|{with_unit}){no_other}",
        rf"{no_order}[一1]\s?{goods}[^\s,。!?:了花给要我你他她的就才在有是和被让骗欠{_NUMERALS}0-9]{{1,4}}(?:{sign}|{with_unit}|{_SPOKEN}{_STOP}){no_other}",
    )


@cache
def percent() -> tuple[str, ...]:
    """A percentage, or a range of them."""
    number = rf"{BEGINS}{DIGITS_RUN}"
    spoken = "[零〇一二两三四五六七八九十百几点]+"
    parts = rf"(?:百|千)分之(?:{DIGITS_RUN}|{spoken})"
    tenths = "[1-9一二两三四五六七八九]"
    verbs = "[0-9一二三四五六七八九十百千万完组构合变促达造现生养做分收年]"
    nouns = "(?:[为了立功员长年本都就交绩果语人型天群双份宫]|熟(?![悉练])|不变)"
    return (
        rf"{number}(?:\s?[%‰])?(?:{_RANGE}{DIGITS_RUN})?\s?[%‰](?![0-9])",
        rf"{parts}(?:[到至\-~](?:{parts}|{DIGITS_RUN}|{spoken}))?(?!秒|毫)",
        rf"(?<!{verbs}){tenths}(?:[\-到至]?{tenths})?(?:(?<=[都到有率][1-9一二三四五六七八九])成(?=了)|成(?:[1-9一二三四五六七八九半](?![0-9百千万个]))?(?!{nouns}))",
        rf"{BEGINS}(?:{DIGITS_RUN}|{spoken}|几)个(?:百分点|(?<={any_phrase('points')}[^,。!?]{{0,6}}个)点(?![子头儿名位赞评半心当]))",
    )
